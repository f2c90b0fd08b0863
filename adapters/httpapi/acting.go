package httpapi

import "github.com/florinledger/florin/wallet"

// asOf says for whom a command on wallets is decided. Whoever has both rights asks as a service.
func asOf(p Principal) wallet.As {
	if p.Roles.Has(RoleService | RoleAdmin) {
		return wallet.As{Principal: p.Subject, Role: wallet.Service}
	}
	return wallet.As{Principal: p.Subject, Role: wallet.User}
}

// maySee reports whether a caller may see what belongs to owner.
func maySee(p Principal, owner string) bool {
	return p.Roles.Has(RoleService|RoleFinance|RoleAdmin) || p.Subject == owner
}

// forAnybody is asOf for what finance does for anybody, as a service does.
func forAnybody(p Principal) wallet.As {
	as := asOf(p)
	if p.Roles.Has(RoleFinance) {
		as.Role = wallet.Service
	}
	return as
}
