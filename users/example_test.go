package users_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// Ann registers, Bob comes to nothing with her address, and once she is erased nothing opens any more.
func Example() {
	registry := journal.NewRegistry()
	users.Register(registry)
	bench := journal.NewBench(registry)
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	ask := func(command string, body any) []*journal.Event {
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, noon)
		if err != nil {
			fmt.Println(err)
		}
		for _, e := range events {
			fmt.Println(e.Stream, e.Type)
		}
		return events
	}
	const ann, bob = "usr_01kkn6wx9dg000g00400000001", "usr_01kkn6wx9dg000g00400000002"
	const token = "7Q2F" // what the vault gave for ann@example.com
	annsKey, bobsKey := seal.NewKey(), seal.NewKey()
	register := func(id string, key seal.Key) []*journal.Event {
		return ask(users.CommandRegister, users.RegisterUser{
			UserID: id, EmailToken: token, Email: key.Seal(users.LabelEmail, []byte("ann@example.com")),
			Credential: key.Seal(users.LabelCredential, []byte("$argon2id$…")),
		})
	}

	registered := register(ann, annsKey)[0].Body.(users.Registered)
	ask(users.CommandConfirmEmail, users.ConfirmEmail{UserID: ann, EmailToken: token})
	register(bob, bobsKey)
	email, err := annsKey.Open(users.LabelEmail, registered.Email)
	fmt.Println(string(email), err)

	erased := ask(users.CommandEraseUser, users.EraseUser{UserID: ann})[0]
	fmt.Println("forget the address of", users.ReleasedBy(erased))
	annsKey = seal.NewKey() // hers is destroyed
	_, err = annsKey.Open(users.LabelEmail, registered.Email)
	fmt.Println(err)
	ask(users.CommandChangeUser, users.ChangeUser{UserID: ann, NoName: true})
	// Output:
	// user/usr_01kkn6wx9dg000g00400000001 user-registered
	// user/usr_01kkn6wx9dg000g00400000001 user-email-confirmed
	// registration/usr_01kkn6wx9dg000g00400000002 user-registered-again
	// ann@example.com <nil>
	// user/usr_01kkn6wx9dg000g00400000001 user-erased
	// forget the address of [7Q2F]
	// seal: the text does not open with this key (email)
	// user-not-found
}
