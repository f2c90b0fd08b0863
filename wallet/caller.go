package wallet

// Role says in which capacity a caller asks.
type Role string

// The roles that commands on wallets know. An administrator asks as a service.
const (
	// User acts on wallets that he owns.
	User Role = "user"
	// Service acts for users.
	Service Role = "service"
)

// As says for whom a command is decided. The edge fills it from the credential; it is never a part
// of what the client wrote. Whoever is not [Service] is a user: the lesser right is the default.
type As struct {
	Principal string `json:"principal"`
	Role      Role   `json:"role"`
}

// Owns reports whether the caller may act for an owner.
func (a As) Owns(owner string) bool { return a.Role == Service || a.Principal == owner }
