package people

import (
	"time"

	"github.com/florinledger/florin/adapters/httpapi/request"
)

// How often anybody may ask, for one account, what costs a password's hash, sends mail, or could be guessed. What one
// client may ask stands with the routes.
//
//nolint:gochecknoglobals // constants, which Go has no structs for
var (
	// rateLoginAccount is what a password guessed from many addresses at once has against it.
	rateLoginAccount = request.RatePolicy{Name: "login-account", Burst: 5, Per: time.Minute}
	// rateForgotAccount bounds the mail that others can have sent to somebody.
	rateForgotAccount = request.RatePolicy{Name: "forgot-account", Burst: 3, Per: time.Hour}
	// rateCredentials is for who has found an open session and guesses the password to keep it.
	rateCredentials = request.RatePolicy{Name: "credentials-account", Burst: 10, Per: time.Minute}
)
