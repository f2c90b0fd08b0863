package client

import "iter"

// list is what every list of the API is.
type list[T any] interface {
	~struct {
		Data       []T    `json:"data"`
		HasMore    bool   `json:"has_more"`
		NextCursor string `json:"next_cursor,omitempty,omitzero"`
	}
}

// All walks a list from page to page. page asks for the one that begins at a cursor, which goes into the parameters as
// it is; the first is empty. An error ends the walk.
//
//	for wallet, err := range client.All(func(cursor string) (client.WalletList, error) {
//		return florin.ListWallets(ctx, &client.ListWalletsParams{Status: client.WalletStatusOpen, Cursor: cursor})
//	}) {
func All[L list[T], T any](page func(cursor string) (L, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := ""; ; {
			answer, err := page(cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			found := struct {
				Data       []T
				HasMore    bool
				NextCursor string
			}(answer)
			for _, item := range found.Data {
				if !yield(item, nil) {
					return
				}
			}
			if cursor = found.NextCursor; !found.HasMore {
				return
			}
		}
	}
}
