package messaging_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/users/seal/sealtest"
)

// Ann writes to Bob, who still reads it when Ann is gone.
func Example() {
	registry := journal.NewRegistry()
	users.Register(registry)
	messaging.Register(registry)
	bench, vault, ctx := journal.NewBench(registry), sealtest.NewVault(), context.Background()
	ask := func(command string, body any) *journal.Event {
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, time.Unix(0, 0))
		if err != nil {
			fmt.Println(err)
			return nil
		}
		return events[0]
	}
	ann, bob := person(1), person(2)
	for _, id := range []string{ann, bob} {
		if _, err := vault.Create(ctx, id); err != nil {
			panic(err)
		}
		ask(users.CommandRegister, users.RegisterUser{UserID: id, EmailToken: id, Email: seal.Text("-"), Credential: seal.Text("-")})
	}

	sealer := messaging.NewSealer(vault)
	sealed, err := sealer.Seal(ctx, ann, bob, "Rent", "It is due.")
	if err != nil {
		panic(err)
	}
	sent := ask(messaging.CommandSendMessage, messaging.SendMessage{
		From: ann, To: bob, Kind: messaging.KindMessage,
		Subject: sealed.Subject, Body: sealed.Body, FromKey: sealed.FromKey, ToKey: sealed.ToKey,
	}).Body.(messaging.Sent)

	ask(users.CommandEraseUser, users.EraseUser{UserID: ann})
	if err := vault.Destroy(ctx, ann); err != nil {
		panic(err)
	}
	fmt.Println(sealer.Open(ctx, bob, sent.ToKey, sent.Subject, sent.Body))
	_, _, err = sealer.Open(ctx, ann, sent.FromKey, sent.Subject, sent.Body)
	fmt.Println(err)
	ask(messaging.CommandDeleteMessage, messaging.DeleteMessage{By: ann, MessageID: sent.MessageID})
	// Output:
	// Rent It is due. <nil>
	// key of the reader: seal: there is no key for usr_0000000000e008000000000001
	// message-not-found
}
