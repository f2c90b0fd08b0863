package handling

import (
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/wallet"
)

// ActingAs says for whom a command on wallets is decided. Whoever has both rights asks as a service.
func ActingAs(p request.Principal) wallet.As {
	if p.Roles.Has(request.RoleService | request.RoleAdmin) {
		return wallet.As{Principal: p.Subject, Role: wallet.Service}
	}
	return wallet.As{Principal: p.Subject, Role: wallet.User}
}

// MaySee reports whether a caller may see what belongs to owner.
func MaySee(p request.Principal, owner string) bool {
	return p.Roles.Has(request.RoleService|request.RoleFinance|request.RoleAdmin) || p.Subject == owner
}

// ActingForAnybody is ActingAs for what finance does for anybody, as a service does.
func ActingForAnybody(p request.Principal) wallet.As {
	as := ActingAs(p)
	if p.Roles.Has(request.RoleFinance) {
		as.Role = wallet.Service
	}
	return as
}
