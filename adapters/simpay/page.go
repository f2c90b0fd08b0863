package simpay

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed" // the page lies beside the code
	"encoding/base64"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"github.com/florinledger/florin/wallet/payment"
)

//go:embed page.html
var pageHTML string

// pagePath is where the page of a payment is, before what names the payment.
const pagePath = "/checkout/"

// maxForm bounds the body of what the page sends.
const maxForm = 1 << 10

// sign names an order for its page: nobody else makes one that the page takes.
func (p *Provider) sign(o payment.Order) string {
	text, err := json.Marshal(order{o.ID, o.WalletID, o.Amount, o.Method, o.SuccessURL, o.CancelURL})
	if err != nil {
		panic("simpay: an order of texts is no JSON: " + err.Error())
	}
	name := base64.RawURLEncoding.EncodeToString(text)
	return name + "." + base64.RawURLEncoding.EncodeToString(p.mac(name))
}

func (p *Provider) mac(name string) []byte {
	h := hmac.New(sha256.New, p.secret)
	h.Write([]byte("simulated payment provider\x00" + name))
	return h.Sum(nil)
}

// open reads what sign wrote.
func (p *Provider) open(token string) (o payment.Order, ok bool) {
	name, sum, _ := strings.Cut(token, ".")
	mac, err := base64.RawURLEncoding.DecodeString(sum)
	if err != nil || !hmac.Equal(mac, p.mac(name)) {
		return o, false
	}
	text, err := base64.RawURLEncoding.DecodeString(name)
	if err != nil {
		return o, false
	}
	var read order
	if err := json.Unmarshal(text, &read); err != nil {
		return o, false
	}
	return payment.Order{
		ID: read.ID, WalletID: read.WalletID, Amount: read.Amount, Method: read.Method, SuccessURL: read.SuccessURL, CancelURL: read.CancelURL,
	}, true
}

// Page is the page that payers are sent to. What they do there is delivered.
func (p *Provider) Page(deliver Deliver, log *slog.Logger) http.Handler {
	page := template.Must(template.New("page").Parse(pageHTML))
	show := func(w http.ResponseWriter, status int, of any) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.WriteHeader(status)
		if err := page.Execute(w, of); err != nil {
			log.Debug("the page of the simulated provider was not read to its end", "error", err)
		}
	}
	type view struct {
		Order  payment.Order
		Stands payment.Status
		Note   string
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+pagePath+"{token}", func(w http.ResponseWriter, r *http.Request) {
		o, ok := p.open(r.PathValue("token"))
		if !ok {
			show(w, http.StatusNotFound, view{Note: "There is no such payment."})
			return
		}
		m, err := p.Look(r.Context(), o)
		if err != nil {
			show(w, http.StatusInternalServerError, view{Note: "The payment cannot be shown."})
			return
		}
		show(w, http.StatusOK, view{Order: o, Stands: m.Fact.Told})
	})
	mux.HandleFunc("POST "+pagePath+"{token}", func(w http.ResponseWriter, r *http.Request) {
		o, ok := p.open(r.PathValue("token"))
		if !ok {
			show(w, http.StatusNotFound, view{Note: "There is no such payment."})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		status, known := map[string]payment.Status{
			"pay": payment.StatusSucceeded, "decline": payment.StatusFailed, "cancel": payment.StatusCanceled,
		}[r.PostFormValue("do")]
		if !known {
			show(w, http.StatusBadRequest, view{Order: o, Note: "Want pay, decline or cancel."})
			return
		}
		stands := p.note(told(o, status))
		m, err := message("checkout", stands)
		if err == nil {
			err = deliver(r.Context(), m)
		}
		if err != nil {
			log.Error("what the simulated provider's page was told is not booked", "payment", o.ID, "error", err)
			show(w, http.StatusServiceUnavailable, view{Order: o, Stands: stands.Told, Note: "It is not booked yet. Send it again."})
			return
		}
		switch {
		case stands.Told == payment.StatusSucceeded && o.SuccessURL != "":
			http.Redirect(w, r, o.SuccessURL, http.StatusSeeOther)
		case stands.Told == payment.StatusCanceled && o.CancelURL != "":
			http.Redirect(w, r, o.CancelURL, http.StatusSeeOther)
		default:
			show(w, http.StatusOK, view{Order: o, Stands: stands.Told})
		}
	})
	return mux
}
