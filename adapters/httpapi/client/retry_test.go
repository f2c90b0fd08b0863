package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/client"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

// What got no answer, or one that says "not now", is sent again: the same bytes under the same key.
func TestWhatWasNotAnsweredIsSentAgain(t *testing.T) {
	t.Parallel()
	done := says(http.StatusCreated, `{"id":"txn_1"}`, "Florin-Position", "0-7")
	tests := []struct {
		name        string
		first       answer
		least, most time.Duration
	}{
		{"a connection that breaks", breaks(errReset), 0, 130 * time.Millisecond},
		{"nobody there", breaks(errDial), 0, 130 * time.Millisecond},
		{"an answer that ends early", cut, 0, 130 * time.Millisecond},
		{"503 that asks for two seconds", refuses(503, "outcome-unknown", "Retry-After", "2"), 2 * time.Second, 2130 * time.Millisecond},
		{"503 that asks for nothing", refuses(503, "unavailable"), 0, 130 * time.Millisecond},
		{"429", refuses(429, "too-many-requests", "Retry-After", "1"), time.Second, 1130 * time.Millisecond},
		{"429 until a time of day", refuses(429, "too-many-requests", "Retry-After", "Sat, 01 Jan 2000 00:00:03 GMT"), 3 * time.Second, 3130 * time.Millisecond},
		{"500 without an outcome", refuses(500, "internal"), 0, 130 * time.Millisecond},
		{"502 of a proxy", says(502, "<html>", "Content-Type", "text/html"), 0, 130 * time.Millisecond},
		{"504 of a proxy", says(504, "<html>", "Content-Type", "text/html"), 0, 130 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var whys []error
			config := client.Config{Repeats: func(attempt int, why error) {
				assert.Equal(t, len(whys)+1, attempt)
				whys = append(whys, why)
			}}
			calling(t, config, []answer{test.first, done}, func(t *testing.T, florin *client.Client, s *service) {
				begun := time.Now()
				var a client.Answer
				made, err := florin.CreateTransfer(t.Context(), nil, payment, client.Note(&a))
				require.NoError(t, err)
				assert.Equal(t, "txn_1", made.ID)
				took(t, begun, test.least, test.most)
				require.Len(t, s.got, 2)
				assert.NotEmpty(t, s.got[0].key)
				assert.Equal(t, s.got[0], s.got[1])
				assert.JSONEq(t, paymentJSON, s.got[1].body)
				assert.Equal(t, 2, a.Attempts)
				assert.Equal(t, "0-7", a.Position)
				require.Len(t, whys, 1)
				require.Error(t, whys[0])
			})
		})
	}
}

// An outcome is an outcome, and what would be done twice is sent once.
func TestWhatIsSentOnce(t *testing.T) {
	t.Parallel()
	transfer := func(ctx context.Context, c *client.Client) error {
		_, err := c.CreateTransfer(ctx, nil, payment)
		return err
	}
	refresh := func(ctx context.Context, c *client.Client) error { // a refresh token that comes twice ends the session
		_, err := c.RefreshToken(ctx, client.RefreshToken{RefreshToken: "florin_rt_1"})
		return err
	}
	change := func(ctx context.Context, c *client.Client) error { // takes no key, and another version the second time
		_, err := c.ChangeWallet(ctx, "wal_1", &client.ChangeWalletParams{IfMatch: `"7"`}, client.ChangeWallet{Name: new("Savings")})
		return err
	}
	tests := []struct {
		name  string
		call  func(context.Context, *client.Client) error
		first answer
		code  string
	}{
		{"a refusal", transfer, refuses(422, "insufficient-funds"), "insufficient-funds"},
		{"a dead command", transfer, refuses(500, "command-dead"), "command-dead"},
		{"a malformed request", transfer, refuses(400, "invalid-field"), "invalid-field"},
		{"somebody who sends elsewhere", transfer, says(307, "", "Location", "https://elsewhere.example.com/"), ""},
		{"an answer of somebody else", transfer, says(201, "<html>", "Content-Type", "text/html"), ""},
		{"no key, and unavailable", refresh, refuses(503, "unavailable", "Retry-After", "1"), "unavailable"},
		{"no key, and a connection that breaks", refresh, breaks(errReset), ""},
		{"a change without a key", change, breaks(errReset), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			calling(t, client.Config{}, []answer{test.first, says(http.StatusOK, `{}`)}, func(t *testing.T, florin *client.Client, s *service) {
				err := test.call(t.Context(), florin)
				require.Error(t, err)
				assert.Equal(t, test.code, client.Code(err))
				assert.Len(t, s.got, 1)
			})
		})
	}
}

// What nobody has got does no harm, key or none.
func TestWhoeverWasNotReachedIsTriedAgain(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{breaks(errDial), says(http.StatusOK, `{"access_token":"a"}`)}, func(t *testing.T, florin *client.Client, s *service) {
		tokens, err := florin.Login(t.Context(), client.Login{Email: "ada@example.com", Password: "three small boats"})
		require.NoError(t, err)
		assert.Equal(t, "a", tokens.AccessToken)
		require.Len(t, s.got, 2)
		assert.Empty(t, s.got[0].key)
	})
}

// The codes that docs/errors.md says to repeat with the same key are those that are repeated.
func TestEachCodeIsRepeatedAsItsDocumentationSays(t *testing.T) {
	t.Parallel()
	rows := request.Problems()
	require.NotEmpty(t, rows)
	for _, row := range rows {
		calling(t, client.Config{}, []answer{refuses(row.Status, row.Code), says(http.StatusCreated, `{}`)}, func(t *testing.T, florin *client.Client, s *service) {
			_, err := florin.CreateTransfer(t.Context(), nil, payment)
			if row.Retry == request.RetrySameKey {
				require.NoError(t, err, row.Code)
				assert.Len(t, s.got, 2, row.Code)
				return
			}
			assert.Equal(t, row.Code, client.Code(err))
			assert.Len(t, s.got, 1, row.Code)
		})
	}
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		config      client.Config
		answer      answer
		attempts    int
		least, most time.Duration
	}{
		{"by time", client.Config{Patience: 10 * time.Second}, refuses(503, "unavailable", "Retry-After", "3"), 4, 9 * time.Second, 10 * time.Second},
		{"by attempts", client.Config{Attempts: 3}, refuses(503, "unavailable"), 3, 0, time.Second},
		{"at once where a pause would be longer", client.Config{Patience: 10 * time.Second}, refuses(503, "unavailable", "Retry-After", "60"), 1, 0, 0},
		{"by the defaults, as long as a restart takes", client.Config{}, refuses(503, "unavailable"), 0, client.DefaultPatience - 10*time.Second, client.DefaultPatience},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			calling(t, test.config, []answer{test.answer}, func(t *testing.T, florin *client.Client, s *service) {
				begun := time.Now()
				_, err := florin.CreateTransfer(t.Context(), nil, payment)
				var p *client.Problem
				require.ErrorAs(t, err, &p)
				assert.Equal(t, "unavailable", p.Code)
				took(t, begun, test.least, test.most)
				if test.attempts > 0 {
					assert.Len(t, s.got, test.attempts)
				}
			})
		})
	}
}

func TestTheContextEndsACall(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{refuses(503, "unavailable", "Retry-After", "3")}, func(t *testing.T, florin *client.Client, s *service) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := florin.CreateTransfer(ctx, nil, payment)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, "unavailable", client.Code(err), "why it took so long")
		took(t, begun, 5*time.Second, 5*time.Second)
		assert.Len(t, s.got, 2)
	})
}

func TestTheContextEndsAnAttempt(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{silent}, func(t *testing.T, florin *client.Client, s *service) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := florin.CreateTransfer(ctx, nil, payment)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		took(t, begun, 2*time.Second, 2*time.Second)
		assert.Len(t, s.got, 1)
	})
}

// silent takes a request and says nothing.
func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// A service that takes a request and says nothing costs an attempt, not all of the patience.
func TestAnAttemptHasATimeOfItsOwn(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{Timeout: 4 * time.Second}, []answer{silent, says(http.StatusCreated, `{"id":"txn_1"}`)}, func(t *testing.T, florin *client.Client, s *service) {
		begun := time.Now()
		made, err := florin.CreateTransfer(t.Context(), nil, payment)
		require.NoError(t, err)
		assert.Equal(t, "txn_1", made.ID)
		took(t, begun, 4*time.Second, 4130*time.Millisecond)
		assert.Equal(t, s.got[0].key, s.got[1].key)
	})
}

func TestTheTokenIsAskedForByEachAttempt(t *testing.T) {
	t.Parallel()
	asked := 0
	config := client.Config{Token: func(context.Context) (string, error) {
		asked++
		if asked == 3 {
			return "", errToken
		}
		return "token-" + string(rune('0'+asked)), nil
	}}
	calling(t, config, []answer{refuses(503, "unavailable")}, func(t *testing.T, florin *client.Client, s *service) {
		_, err := florin.CreateTransfer(t.Context(), nil, payment)
		require.ErrorIs(t, err, errToken)
		require.Len(t, s.got, 2)
		assert.Equal(t, "Bearer token-1", s.got[0].token)
		assert.Equal(t, "Bearer token-2", s.got[1].token)
	})
}

// A certificate that is not trusted now is not trusted in half a minute.
func TestWhoIsNotTrustedIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	server.Config.ErrorLog = nil
	florin, err := client.New(server.URL, client.Config{Repeats: func(int, error) { t.Error("it was repeated") }})
	require.NoError(t, err)
	defer florin.Close()
	_, err = florin.GetWallet(t.Context(), "wal_1", nil)
	require.ErrorContains(t, err, "certificate")
	var p *client.Problem
	assert.NotErrorAs(t, err, &p)
}
