package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

// stated is a statement as JSON.
type stated struct {
	From      time.Time        `json:"from"`
	Until     time.Time        `json:"until"`
	Position  string           `json:"position"`
	OwnerName string           `json:"owner_name"`
	Opening   []map[string]any `json:"opening"`
	Movements []map[string]any `json:"movements"`
	Lines     []map[string]any `json:"lines"`
	Closing   []map[string]any `json:"closing"`
}

func (a *answer) statement() (s stated) {
	a.t.Helper()
	a.is(http.StatusOK).into(&s)
	require.Equal(a.t, a.Header.Get("Florin-Position"), s.Position)
	return s
}

// stands are the balances of the first asset.
func stands(of []map[string]any) string {
	if len(of) == 0 {
		return "nothing"
	}
	return fmt.Sprint(of[0]["available"], "/", of[0]["held"], "/", of[0]["pending"], "/", of[0]["disputed"], "/", of[0]["total"], " ", of[0]["asset"])
}

// decemberWallet is a wallet in Berlin that was paid at 23:59:59 on the last of November and at midnight, by
// its own clock, and a hold of which is captured by half.
func (s *service) decemberWallet(t *testing.T, owner string) (id, payee string, midnight time.Time) {
	t.Helper()
	id, payee = s.wallet(t, owner, 0), s.wallet(t, "usr_payee", 0)
	s.finance().in(t).call(http.MethodPatch, "/v1/wallets/"+id, map[string]any{"time_zone": "Europe/Berlin", "name": "Größte Kasse"}).is(http.StatusOK)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := time.Now().In(berlin)
	midnight = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, berlin)
	for i, at := range []time.Time{midnight.Add(-time.Second), midnight} {
		payment := s.paid(fmt.Sprint("pi_", id, i), int64(100*(i+1)), id)
		s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, payment), stripetest.Options{Created: at}).is(http.StatusOK)
	}
	shop := s.as("svc_shop", "service").in(t)
	hold := shop.post("/v1/holds", "h"+id, map[string]any{"wallet_id": id, "to_wallet": payee, "amount": yen("60"), "description": "=A room"}).is(http.StatusCreated).str("id")
	shop.post("/v1/holds/"+hold+"/capture", "c"+id, map[string]any{"amount": yen("30")}).is(http.StatusOK)
	return id, payee, midnight.UTC()
}

// A statement begins, where nothing else is said, with the month of the wallet's time zone, and ends now. From
// is in it and until is not, to the second, in whichever zone they are written.
func TestStatementPeriods(t *testing.T) {
	t.Parallel()
	s := startService(t)
	id, _, midnight := s.decemberWallet(t, "usr_ann")
	ann := s.as("usr_ann", "user")
	path := "/v1/wallets/" + id + "/statement"

	now := ann.read(path).statement()
	require.Equal(t, midnight, now.From)
	require.WithinDuration(t, time.Now(), now.Until, time.Minute)
	require.Equal(t, []string{"100/0/0/0/100 JPY", "240/30/0/0/270 JPY"}, []string{stands(now.Opening), stands(now.Closing)})
	require.Equal(t, []map[string]any{{"asset": "JPY", "lines": json.Number("3").String(), "in": "200", "out": "-30"}}, texts(now.Movements))
	require.Len(t, now.Lines, 3)
	require.Equal(t, []string{
		"payment-received 200/0/0/0/200 = 300/0/0/0/300 JPY",
		"hold-placed -60/60/0/0/0 = 240/60/0/0/300 JPY",
		"hold-captured 0/-30/0/0/-30 = 240/30/0/0/270 JPY",
	}, beginnings(entryTexts(now.Lines)))
	require.Equal(t, []string{"240", "30", "0"}, s.balanceOf(t, id), "as the wallet says")

	for name, zone := range map[string]*time.Location{"Z": time.UTC, "+04:00": time.FixedZone("", 4*60*60)} {
		at := func(t time.Time) string { return t.In(zone).Format(time.RFC3339) }
		period := func(from, until time.Time) stated {
			return ann.in(t).read(with(with(path, "from", at(from)), "until", at(until))).statement()
		}
		before := period(midnight.Add(-time.Hour), midnight)
		assert.Equal(t, []string{"0/0/0/0/0 JPY", "100/0/0/0/100 JPY"}, []string{stands(before.Opening), stands(before.Closing)}, name)
		assert.Len(t, before.Lines, 1)
		second := period(midnight, midnight.Add(time.Second))
		assert.Equal(t, []string{"100/0/0/0/100 JPY", "300/0/0/0/300 JPY"}, []string{stands(second.Opening), stands(second.Closing)}, name)
		assert.Len(t, second.Lines, 1)
		none := period(midnight, midnight)
		assert.Equal(t, []string{"100/0/0/0/100 JPY", "100/0/0/0/100 JPY"}, []string{stands(none.Opening), stands(none.Closing)}, name)
		assert.Empty(t, none.Lines)
		assert.Equal(t, "nothing", stands(period(midnight.Add(-48*time.Hour), midnight.Add(-24*time.Hour)).Closing))
		// A month that ends at midnight is the one before.
		month := ann.in(t).read(with(path, "until", at(midnight))).statement()
		berlin, err := time.LoadLocation("Europe/Berlin")
		require.NoError(t, err)
		assert.Equal(t, midnight.In(berlin).AddDate(0, -1, 0).UTC(), month.From, name)
		assert.Len(t, month.Lines, 1)
	}
	require.Empty(t, ann.read(path+"?asset=USD").statement().Lines)
	ann.read(with(path, "from", time.Now().Add(time.Hour).Format(time.RFC3339))).refused(http.StatusBadRequest, "invalid-parameter")
	ann.read(with(with(path, "from", "2026-02-01T00:00:00Z"), "until", "2026-01-01T00:00:00Z")).refused(http.StatusBadRequest, "invalid-parameter")
	ann.read(path+"?format=xml").refused(http.StatusBadRequest, "invalid-parameter")
	s.as("usr_bob", "user").read(path).refused(http.StatusNotFound, "wallet-not-found")
	s.verify()
}

// texts are rows with their numbers as text.
func texts(rows []map[string]any) []map[string]any {
	for _, row := range rows {
		for name, value := range row {
			row[name] = fmt.Sprint(value)
		}
	}
	return rows
}

// beginnings are entries without what is said of them.
func beginnings(entries []string) []string {
	for i, text := range entries {
		entries[i], _, _ = strings.Cut(text, " JPY")
		entries[i] += " JPY"
	}
	return entries
}

// All three forms say the same, of wallets that are frozen and closed too; the sums of the PDF are added again
// from what pdftotext reads. The owner's name is for the owner and for services.
func TestStatementForms(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann := s.registered(t, "ann@example.com")
	ann.signIn(goodPassword).is(http.StatusOK)
	ann.self().call(http.MethodPatch, "/v1/users/me", map[string]any{"display_name": "Ann Łukasz"}).is(http.StatusOK)
	id, payee, _ := s.decemberWallet(t, ann.id)
	path := "/v1/wallets/" + id + "/statement"
	shop := s.as("svc_shop", "service")
	s.finance().post("/v1/wallets/"+id+"/freeze", "f", map[string]any{"reason": "x"}).is(http.StatusNoContent)

	soon(t, func() bool { return ann.self().get(path).statement().OwnerName == "Ann Łukasz" })
	require.Equal(t, "Ann Łukasz", shop.read(path).statement().OwnerName)
	require.Empty(t, s.finance().read(path).statement().OwnerName)
	want := shop.read(path).statement()

	table := shop.read(path + "?format=csv").is(http.StatusOK)
	require.Equal(t, "text/csv; charset=utf-8", table.Header.Get("Content-Type"))
	require.Regexp(t, `^attachment; filename="statement-wal_\w+-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d.csv"$`, table.Header.Get("Content-Disposition"))
	rows, err := csv.NewReader(bytes.NewReader(table.Body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 6)
	column := func(row int, name string) string {
		for i, head := range rows[0] {
			if head == name {
				return rows[row][i]
			}
		}
		return "no column " + name
	}
	require.Equal(t, []string{"opening", "100", "closing", "270", want.Position}, []string{column(1, "row"), column(1, "total"), column(5, "row"), column(5, "total"), column(5, "position")})
	require.Equal(t, []string{"line", "'=A room", "-60", "60", "0", "240", payee}, []string{
		column(3, "row"), column(3, "description"), column(3, "available_change"), column(3, "held_change"), column(3, "total_change"), column(3, "available"), column(3, "counterparties"),
	})

	pdf := shop.read(path + "?format=pdf").is(http.StatusOK)
	require.Equal(t, "application/pdf", pdf.Header.Get("Content-Type"))
	text := pdfText(t, pdf.Body)
	for _, part := range []string{"Größte Kasse", "Ann Łukasz", id, ann.id, "=A room", "position " + want.Position + ", page 1 of 1", "Europe/Berlin"} {
		require.Contains(t, text, part)
	}
	sum, closing := decimal.Zero, regexp.MustCompile(`Closing balance +(\S+) +(\S+) +(\S+)\n`).FindStringSubmatch(text)
	figures := regexp.MustCompile(`(?m)(?:Opening balance +\S+ +\S+|(?:Payment received|Hold placed|Hold captured) +(\S+) +\S+ +\S+) +(\S+)$`).FindAllStringSubmatch(text, -1)
	require.Len(t, figures, 4)
	for i, f := range figures {
		if i == 0 {
			sum = decimal.RequireFromString(f[2])
			continue
		}
		sum = sum.Add(decimal.RequireFromString(f[1]))
		require.Equal(t, sum.String(), f[2])
	}
	require.Equal(t, []string{"240", "30", "270"}, closing[1:])
	require.Equal(t, "270", sum.String())
	require.NotContains(t, pdfText(t, s.finance().read(path+"?format=pdf").is(http.StatusOK).Body), "Łukasz")

	closed := s.wallet(t, "usr_gone", 0)
	s.as("usr_gone", "user").post("/v1/wallets/"+closed+"/close", "c", map[string]any{"reason": "Done."}).is(http.StatusNoContent)
	for _, format := range []string{"json", "csv", "pdf"} {
		s.as("usr_gone", "user").read("/v1/wallets/" + closed + "/statement?format=" + format).is(http.StatusOK)
	}
	s.verify()
}

// pdfText is what a reader of PDFs finds on the pages, laid out as they are.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	path, err := exec.LookPath("pdftotext")
	require.NoError(t, err, "pdftotext is needed to read what was written: apt-get install poppler-utils")
	command := exec.CommandContext(t.Context(), path, "-layout", "-", "-")
	command.Stdin = bytes.NewReader(pdf)
	text, err := command.Output()
	require.NoError(t, err)
	return string(text)
}

// logged is a log that a test reads while it is written.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *logged) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.all.String(), text)
}

// TestStatementsOfManyLines: a statement is sent while it is read, and is that of one moment whatever is booked
// meanwhile. It ends when its reader goes, and where it does not add up it never ends in order.
func TestStatementsOfManyLines(t *testing.T) {
	t.Parallel()
	said := &logged{}
	s := prepareService(t)
	s.log = slog.New(slog.NewTextHandler(said, nil))
	s.start()
	t.Cleanup(s.close)
	const many = 21_000
	from, to := s.wallet(t, "usr_ann", 100_000), s.wallet(t, "usr_bob", 0)
	shop := s.as("svc_shop", "service")
	for n := range many / 3000 {
		transfers := make([]map[string]any, 3000)
		for i := range transfers {
			transfers[i] = map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("1"), "description": fmt.Sprint("Order ", n, " ", i)}
		}
		shop.post("/v1/transfers/batch", fmt.Sprint("b-", n), map[string]any{"transfers": transfers}).is(http.StatusOK)
	}
	path := "/v1/wallets/" + to + "/statement"
	slow := s.slowReader(t)
	whole := func() (all stated) {
		t.Helper()
		body := slow.begin(shop, path)
		defer body.Close()
		require.NoError(t, json.NewDecoder(body).Decode(&all))
		return all
	}
	before := whole()
	require.Len(t, before.Lines, many)
	require.Equal(t, "21000/0/0/0/21000 JPY", stands(before.Closing))
	shop.read(path+"?format=pdf").refused(http.StatusUnprocessableEntity, "statement-too-long")

	// Booked while it is read: a transfer, and a payment that counts from before all lines.
	reader := slow.begin(shop, path)
	shop.post("/v1/transfers", "more", map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("5")}).is(http.StatusCreated)
	s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid("pi_past", 7, to)), stripetest.Options{Created: time.Now().Add(-time.Hour)}).is(http.StatusOK)
	require.Equal(t, "21012", shop.read("/v1/wallets/"+to).str("balances", 0, "available"))
	data, err := io.ReadAll(reader)
	require.NoError(t, err)
	var during stated
	require.NoError(t, json.Unmarshal(data, &during))
	require.Equal(t, before.Position, during.Position)
	require.Equal(t, before.Lines, during.Lines)
	require.Equal(t, before.Closing, during.Closing)
	after := whole()
	require.Equal(t, []any{many + 2, "21012/0/0/0/21012 JPY"}, []any{len(after.Lines), stands(after.Closing)})
	// The CSV of the same lines.
	rows, err := csv.NewReader(bytes.NewReader(shop.read(path + "?format=csv").is(http.StatusOK).Body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+1+many+2+1)

	// Who goes is noticed.
	reader = slow.begin(shop, path)
	require.False(t, said.has("a statement is cut off"))
	require.NoError(t, reader.Close())
	require.Eventually(t, func() bool { return said.has("level=INFO msg=\"a statement is cut off\"") }, 20*time.Second, 10*time.Millisecond)

	// The books go wrong under a statement that has begun: it is cut. From then on none is begun.
	for _, format := range []string{"json", "csv"} {
		reader = slow.begin(shop, path+"?format="+format)
		var spoiled int64
		s.query(t, &spoiled, `DELETE FROM p_entries_1.entry e USING (SELECT max(position) - $1 AS at FROM p_entries_1.entry) l WHERE e.position = l.at AND e.key = entry_key('main', $2, 'JPY') RETURNING e.position`,
			map[string]int{"json": 100, "csv": 101}[format], available(to))
		_, err = io.ReadAll(reader)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		shop.read(path+"?format="+format).refused(http.StatusInternalServerError, "internal")
		s.query(t, &spoiled, `INSERT INTO p_entries_1.entry (position, key) VALUES ($1, entry_key('main', $2, 'JPY')) RETURNING position`, spoiled, available(to))
	}
	require.True(t, said.has("level=ERROR msg=\"a statement is cut off\""))
	require.Len(t, whole().Lines, many+2)
}

// slowReader is a client that takes nothing unless it is read, but for what lies in the buffers of connections.
type slowReader struct {
	s      *service
	t      *testing.T
	client *http.Client
}

func (s *service) slowReader(t *testing.T) *slowReader {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if tcp, ok := conn.(*net.TCPConn); ok {
			err = tcp.SetReadBuffer(16 << 10)
		}
		return conn, err
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &slowReader{s: s, t: t, client: &http.Client{Transport: transport}}
}

// begin asks for an answer and reads its first bytes.
func (r *slowReader) begin(c *caller, path string) io.ReadCloser {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.s.url+with(path, "at_least", r.s.position().String()), http.NoBody)
	require.NoError(r.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := r.client.Do(request) //nolint:bodyclose // whoever reads it closes it
	require.NoError(r.t, err)
	require.Equal(r.t, http.StatusOK, response.StatusCode)
	first := make([]byte, 100)
	_, err = io.ReadFull(response.Body, first)
	require.NoError(r.t, err)
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(first), response.Body), response.Body}
}
