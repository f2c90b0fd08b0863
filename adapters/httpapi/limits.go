package httpapi

import (
	"time"

	"github.com/florinledger/florin/adapters/httpapi/request"
)

// Times of a connection. The defaults of Config.
const (
	// ReadHeaderTimeout frees connections that send nothing, which is all a slowloris does.
	ReadHeaderTimeout = 5 * time.Second
	// ReadTimeout bounds a whole request: 16 MiB at 5 Mbit/s.
	ReadTimeout = 30 * time.Second
	// WriteTimeout bounds a whole request and its answer.
	WriteTimeout = 60 * time.Second
	// IdleTimeout is how long a kept-alive connection may wait for its next request; longer than
	// the 60 s of common load balancers, so that they close first.
	IdleTimeout = 75 * time.Second
	// DrainTimeout is how long requests under way may take once the server is told to stop.
	DrainTimeout = 25 * time.Second
	// CheckTimeout bounds each readiness check: kubelets and load balancers wait a few seconds.
	CheckTimeout = 2 * time.Second
)

// How often one client may ask what costs a password's hash, sends mail, or could be guessed; how often anybody
// may for one account stands in people/limits.go. Names are what clients read in the RateLimit headers; "address"
// is where a request comes from, an office or a household with everybody in it.
//
//nolint:gochecknoglobals // constants, which Go has no structs for
var (
	// rateLogin: an office in the morning, and no list of passwords.
	rateLogin = request.RatePolicy{Name: "login-address", Burst: 20, Per: time.Minute}
	// rateRegister: a class that signs up together, and no more mail to strangers than that.
	rateRegister = request.RatePolicy{Name: "register-address", Burst: 120, Per: time.Hour}
	// rateForgot bounds the mail that others can have sent to people.
	rateForgot = request.RatePolicy{Name: "forgot-address", Burst: 20, Per: time.Hour}
	// rateLink bounds hashes and signatures; the links themselves are beyond guessing.
	rateLink = request.RatePolicy{Name: "link-address", Burst: 30, Per: time.Minute}
	// rateSession: everybody of an office refreshes within a quarter of an hour.
	rateSession = request.RatePolicy{Name: "session-address", Burst: 120, Per: time.Minute}
	// ratePlans: a page of prices that an office looks at, and no way to keep the database busy without a token.
	ratePlans = request.RatePolicy{Name: "plans-address", Burst: 300, Per: time.Minute}
)
