package api

import "fmt"

// UnmarshalText makes a body with any other side than debit or credit an error of decoding, which
// knows where in the body it stands.
func (e *Side) UnmarshalText(text []byte) error {
	side := Side(text)
	if !side.Valid() {
		return fmt.Errorf("api: %q is neither debit nor credit", text)
	}
	*e = side
	return nil
}
