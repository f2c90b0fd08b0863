package bench

import (
	"bytes"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
)

// maker appends the next request of one connection to a buffer, or returns nothing where there is nothing left to
// ask for. It is not for concurrent use.
type maker func(buf []byte) []byte

// workload is what a leg asks for.
type workload struct {
	// perRequest is how many transactions one request posts; 0: it reads, and requests are counted.
	perRequest int
	// posted is in an answer of 2xx once for each transaction that was posted; "" where 2xx says it.
	posted string
	// inMain is set where transactions are posted to the ledger main in any case.
	inMain bool
	// took, unless nil, is told of each answer of 2xx, by one connection at a time.
	took func(answer []byte)
	// maker returns the maker of one more connection.
	maker func() maker
}

// count is how many of a request's transactions an answer of 2xx says were posted (or 1, of a read).
func (w workload) count(answer []byte) int {
	if w.posted == "" {
		return 1
	}
	return bytes.Count(answer, []byte(w.posted))
}

// requests makes the requests of one run of the tool, on accounts and under keys that no other run has.
type requests struct {
	target Target
	host   string
	run    string
	serial atomic.Int64
}

func newRequests(t Target) (*requests, error) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return nil, err
	}
	return &requests{target: t, host: u.Host, run: strings.ToLower(rand.Text()[:8])}, nil
}

// source returns randomness for one connection: the accounts differ from run to run.
func source() *mathrand.Rand {
	return mathrand.New(mathrand.NewPCG(mathrand.Uint64(), mathrand.Uint64()))
}

// account is an address: those of one purpose are a group.
func (r *requests) account(group string, n int) string {
	return fmt.Sprintf("liabilities:bench:%s:%s:%d", r.run, group, n)
}

// between returns accounts to debit and credit.
type between func() (debit, credit string)

// among picks from n accounts of mainGroup.
func (r *requests) among(distribution string, n int) func() between {
	return func() between {
		pick, prefix := picker(distribution, n, source()), strings.TrimSuffix(r.account(mainGroup, 0), "0")
		return func() (string, string) {
			debit, credit := pick()
			return prefix + strconv.Itoa(debit), prefix + strconv.Itoa(credit)
		}
	}
}

// posts makes requests of one transaction each, or batches.
func (r *requests) posts(accounts func() between, batch int) workload {
	path, posted := r.target.ledgerPath()+"/transactions", ""
	if batch > 1 {
		path, posted = path+"/batch", `"status":201`
	}
	head := r.head("POST", path) + "Content-Type: application/json\r\nIdempotency-Key: bench-" + r.run + "-"
	return workload{perRequest: batch, posted: posted, maker: func() maker {
		pick := accounts()
		var body []byte
		return func(buf []byte) []byte {
			last := r.serial.Add(int64(batch))
			body = body[:0]
			if batch > 1 {
				body = append(body, `{"transactions":[`...)
			}
			for n := last - int64(batch) + 1; n <= last; n++ {
				debit, credit := pick()
				body = appendTransaction(body, debit, credit, n)
				if n < last {
					body = append(body, ',')
				}
			}
			if batch > 1 {
				body = append(body, `]}`...)
			}
			buf = strconv.AppendInt(append(buf, head...), last, 10)
			return appendBody(buf, body)
		}
	}}
}

// head is the beginning of a request: everything that does not change.
func (r *requests) head(method, path string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: " + r.host + "\r\nAuthorization: Bearer " + r.target.Token + "\r\n"
}

// post adds a request under a key of its own.
func (r *requests) post(buf []byte, path, body string) []byte {
	buf = append(buf, r.head("POST", path)...)
	buf = append(buf, "Content-Type: application/json\r\nIdempotency-Key: bench-"+r.run+"-"...)
	return appendBody(strconv.AppendInt(buf, r.serial.Add(1), 10), []byte(body))
}

// appendBody ends a header line, and adds the body.
func appendBody(buf, body []byte) []byte {
	buf = append(buf, "\r\nContent-Length: "...)
	buf = strconv.AppendInt(buf, int64(len(body)), 10)
	buf = append(buf, "\r\n\r\n"...)
	return append(buf, body...)
}

// appendTransaction adds a transaction of two postings and 60 bytes of metadata.
func appendTransaction(buf []byte, debit, credit string, serial int64) []byte {
	buf = append(buf, `{"postings":[{"account":"`...)
	buf = append(buf, debit...)
	buf = append(buf, `","side":"debit","amount":"1.00","asset":"USD"},{"account":"`...)
	buf = append(buf, credit...)
	buf = append(buf, `","side":"credit","amount":"1.00","asset":"USD"}],"metadata":`...)
	return append(appendMetadata(buf, serial), '}')
}

// appendMetadata adds 60 bytes of metadata.
func appendMetadata(buf []byte, serial int64) []byte {
	buf = append(buf, `{"order":"order-`...)
	for limit := int64(1e18); limit > serial && limit > 1; limit /= 10 {
		buf = append(buf, '0')
	}
	buf = strconv.AppendInt(append(buf, '0'), serial, 10)
	return append(buf, `","channel":"benchmark"}`...)
}
