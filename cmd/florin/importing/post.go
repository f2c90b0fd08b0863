package importing

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/client"
	"github.com/florinledger/florin/cmd/florin/progress"
)

// poster sends a plan to the service, one batch after the other: the next is sent when the one before
// is answered, so that the order of the file is the order of the books, and floors and freezes judge
// the same in every run. The service joins and syncs per batch, so there is little to gain by more.
//
// References are what keeps a transaction from being posted twice. The keys of batches are a short
// cut: a second run makes the same requests, and each is answered as it was.
type poster struct {
	florin *client.Client
	// url is where the ledger is.
	url, ledger string
	plan        *plan
	key, run    string
	problems    problems
	// posted is what this run added; there is what was there before it.
	posted, there int
	// position is that of the last write.
	position string
	// wary is set once a batch was not that of an earlier run: the file has changed.
	wary bool
}

func newPoster(florin *client.Client, base, ledgerName string, plan *plan) *poster {
	name := sha256.Sum256([]byte(ledgerName + "\x00" + plan.prefix))
	return &poster{
		florin: florin, url: strings.TrimSuffix(base, "/") + "/v1/ledgers/" + url.PathEscape(ledgerName), ledger: ledgerName, plan: plan,
		key: "florin-import-" + hex.EncodeToString(name[:12]), run: rand.Text(), problems: newProblems(),
	}
}

// post sends everything. Exit code 1 when the service refused something: what comes after its batch
// has not been sent then.
func (p *poster) post(ctx context.Context, con console) error {
	begun := time.Now()
	bar := progress.New(con.err, "posting", "transactions", int64(p.plan.transactions))
	err := p.each(ctx, func(n int, entries []entry) error {
		defer bar.Add(len(entries))
		return p.batch(ctx, n, entries)
	})
	bar.Finish()
	p.summary(con, time.Since(begun))
	if err != nil {
		return fmt.Errorf("stopped; the same command goes on where this ended: %w", err)
	}
	if p.problems.any() {
		p.problems.list(con.err, "nothing after them was sent; the same command goes on from here once they are mended")
		return ErrFound
	}
	return nil
}

// each reads the plan's batches until one has a problem.
func (p *poster) each(ctx context.Context, send func(n int, entries []entry) error) error {
	for n := 0; !p.problems.any(); n++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		entries, err := p.plan.spool.batch()
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := send(n, entries); err != nil {
			return err
		}
	}
	return nil
}

// batch sends a batch under the key that it has in every run.
func (p *poster) batch(ctx context.Context, n int, entries []entry) error {
	if p.wary {
		return p.again(ctx, n, entries)
	}
	results, replayed, err := p.send(ctx, fmt.Sprintf("%s-%d", p.key, n), entries, false)
	refused := asProblem(err)
	switch {
	case refused != nil && refused.Code == "idempotency-key-reused":
		p.wary = true
		return p.again(ctx, n, entries)
	case refused != nil && replayed: // things may have changed since
		return p.again(ctx, n, entries)
	case err != nil:
		return err
	}
	var open []entry
	for i, r := range results {
		switch {
		case r.Problem.Err() == nil && replayed:
			p.there++
		case r.Problem.Err() == nil:
			p.posted++
		case replayed: // by an earlier run; things may have changed since
			open = append(open, entries[i])
		default:
			if err := p.refused(ctx, entries[i], &r.Problem); err != nil {
				return err
			}
		}
	}
	if len(open) > 0 {
		return p.again(ctx, n, open)
	}
	return nil
}

// again asks which of the transactions are there, and sends the others under a key of this run. When one
// is there with another content, none is sent.
func (p *poster) again(ctx context.Context, n int, entries []entry) error {
	results, err := p.ask(ctx, entries)
	if err != nil {
		return err
	}
	var missing []entry
	for i, r := range results {
		if r.Problem.Code != codeTaken {
			missing = append(missing, entries[i])
			continue
		}
		if err := p.compare(ctx, entries[i], &r.Problem); err != nil {
			return err
		}
	}
	if p.problems.any() || len(missing) == 0 {
		return nil
	}
	results, _, err = p.send(ctx, fmt.Sprintf("%s-%s-%d", p.key, p.run, n), missing, false)
	if err != nil {
		return err
	}
	for i, r := range results {
		if r.Problem.Err() == nil {
			p.posted++
			continue
		}
		if err := p.refused(ctx, missing[i], &r.Problem); err != nil {
			return err
		}
	}
	return nil
}

// refused notes a transaction that was refused, unless it is there already.
func (p *poster) refused(ctx context.Context, e entry, why *client.Problem) error {
	if why.Code == codeTaken {
		return p.compare(ctx, e, why)
	}
	r, err := e.record()
	if err == nil {
		p.problems.add(r.At, r.Title, inWords(why))
	}
	return err
}

// ask has the service say what it would do with each transaction, and do nothing. A dry run takes less
// at once than a batch does: what is too large is asked in halves.
func (p *poster) ask(ctx context.Context, entries []entry) ([]client.BatchResult, error) {
	results, _, err := p.send(ctx, p.key+"-"+p.run, entries, true)
	refused := asProblem(err)
	if refused == nil || refused.Status != http.StatusRequestEntityTooLarge || len(entries) == 1 {
		return results, err
	}
	half := len(entries) / 2
	first, err := p.ask(ctx, entries[:half])
	if err != nil {
		return nil, err
	}
	second, err := p.ask(ctx, entries[half:])
	return append(first, second...), err
}

// codeTaken is the code of a refusal because of a reference that is in use.
const codeTaken = "reference-taken"

// send posts transactions as one request and returns one result for each. replayed says that an earlier
// run sent it: of what had to be repeated, only a refusal counts as replayed, the rest is this run's own.
func (p *poster) send(ctx context.Context, key string, entries []entry, dry bool) (results []client.BatchResult, replayed bool, err error) {
	var lines []byte
	for _, e := range entries {
		lines = append(lines, e.body...)
	}
	var a client.Answer
	answer, err := p.florin.CreateTransactionBatchLines(ctx, p.ledger,
		&client.CreateTransactionBatchParams{IdempotencyKey: key, DryRun: dry}, lines, client.Note(&a))
	if a.Position != "" {
		p.position = a.Position
	}
	switch {
	case err != nil:
		return nil, a.Replayed, err
	case len(answer.Results) != len(entries):
		return nil, false, fmt.Errorf("answer to a batch: %d results of %d transactions", len(answer.Results), len(entries))
	}
	return answer.Results, a.Replayed && a.Attempts == 1, nil
}

// summary says what was done.
func (p *poster) summary(con console, took time.Duration) {
	fmt.Fprintf(con.out, "posted        %d transactions in %s", p.posted, took.Round(time.Millisecond))
	if ms := took.Milliseconds(); ms > 0 && p.posted > 0 {
		fmt.Fprintf(con.out, ", %d/s", int64(p.posted)*time.Second.Milliseconds()/ms)
	}
	fmt.Fprintln(con.out)
	if p.there > 0 {
		fmt.Fprintf(con.out, "there before  %d transactions\n", p.there)
	}
	if p.position == "" {
		return
	}
	fmt.Fprintf(con.out, "position      %s\n", p.position)
	fmt.Fprintf(con.out, "to compare    GET %s/trial-balance?at_least=%s\n", p.url, p.position)
	switch c := p.plan.converter; {
	case c == nil:
	case c.Virtuals > 0:
		fmt.Fprintln(con.out, "with          hledger balance --flat --infer-equity --real")
	default:
		fmt.Fprintln(con.out, "with          hledger balance --flat --infer-equity")
	}
}
