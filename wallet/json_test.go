package wallet

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// filled sets every field that there is, with texts that need care where plain is not set.
func filled(v reflect.Value, plain bool, n *int) {
	*n++
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC)
		return
	case *string:
		if *x = fmt.Sprint("text ", *n); !plain {
			*x = fmt.Sprintf("\"%d\" <b> & \\ ü\n", *n)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), plain, n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), plain, n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		filled(v.Index(0), plain, n)
		filled(v.Index(1), plain, n)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"one": "1", "two": fmt.Sprint(*n)}))
	case reflect.String:
		v.SetString(fmt.Sprint("kind ", *n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(int64(*n))
	}
}

// bothWays writes and reads a value here and as encoding/json does, and demands that it be the same; quickly says
// whether it has to be read in the short way.
func bothWays[T any](t *testing.T, value T, quickly bool) {
	t.Helper()
	written, err := journal.Marshal(value)
	require.NoError(t, err)
	usual, err := json.Marshal(value)
	require.NoError(t, err)
	require.Equal(t, string(usual), string(written))
	var short, long T
	reader, ok := any(&short).(interface{ ReadQuickly(data []byte) bool })
	if !ok {
		return
	}
	require.Equal(t, quickly, reader.ReadQuickly(written), "%s", written)
	if quickly {
		require.NoError(t, json.Unmarshal(written, &long))
		require.Equal(t, long, short)
	}
	for n := range len(written) { // cut off anywhere, or with more behind it, it is no whole
		other := any(new(T)).(interface{ ReadQuickly(data []byte) bool })
		require.False(t, other.ReadQuickly(written[:n]), "%s", written[:n])
	}
	for _, more := range []string{"{}", "x", "}}", `,"new":1}`} {
		other := any(new(T)).(interface{ ReadQuickly(data []byte) bool })
		require.False(t, other.ReadQuickly([]byte(strings.TrimSuffix(string(written), "}")+more)), more)
	}
}

// every tries a type with nothing set, with all that is set when it is plain, and with all, a field that is new
// included.
func every[T any](t *testing.T, plain T, filledQuickly bool) {
	t.Helper()
	t.Run(reflect.TypeFor[T]().Name(), func(t *testing.T) {
		t.Parallel()
		var none, all, careful T
		n := 0
		bothWays(t, none, true)
		bothWays(t, plain, true)
		filled(reflect.ValueOf(&all).Elem(), true, &n)
		bothWays(t, all, filledQuickly)
		filled(reflect.ValueOf(&careful).Elem(), false, &n)
		bothWays(t, careful, false)
	})
}

// What is written and read in a short way is written and read as usual.
func TestShortWays(t *testing.T) {
	t.Parallel()
	as, amount, seconds := As{Principal: "svc_shop", Role: Service}, ledger.Money{Amount: "10.50", Asset: "USD"}, int64(3600)
	words := map[string]string{"order": "7"}
	every(t, Transfer{As: as, NewTransfer: NewTransfer{FromWallet: "wal_1", ToWallet: "wal_2", Amount: amount, Metadata: words}}, true)
	every(t, PlaceHold{As: as, WalletID: "wal_1", Amount: amount, Payee: Payee{ToWallet: "wal_2"}, ExpiresIn: &seconds}, false)
	every(t, CaptureHold{As: as, HoldID: "hld_1", Payee: Payee{ToAccount: "income:fees"}}, true)
	every(t, Transferred{FromWallet: "wal_1", ToWallet: "wal_2", Amount: amount, Reference: "r"}, false)
	every(t, HoldPlaced{HoldID: "hld_1", WalletID: "wal_1", Amount: amount, Metadata: words}, true)
	every(t, HoldCaptured{HoldID: "hld_1", WalletID: "wal_1", Amount: amount, HoldFigures: HoldFigures{Captured: "10.50", Status: HoldEndedCaptured}}, true)
	every(t, hold{Wallet: "wal_1", Asset: "USD", Amount: "10.50", Page: 3}, true)
}

// A time in another zone than UTC is read in the long way, which keeps what was written.
func TestTimesInOtherZones(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 9, 26, 53, 0, time.FixedZone("", 3600))
	bothWays(t, HoldPlaced{HoldID: "hld_1", ExpiresAt: at}, false)
	bothWays(t, PlaceHold{WalletID: "wal_1", ExpiresAt: &at}, false)
	far := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	written, err := journal.Marshal(PlaceHold{ExpiresAt: &far})
	require.NoError(t, err)
	require.Error(t, json.Unmarshal(written, new(PlaceHold)))
}
