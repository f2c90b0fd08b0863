package httpapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
)

func newRequest(t *testing.T, method, target string, body io.Reader, headers ...string) *http.Request {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, target, body)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return req
}

// serve answers a request without a network and without the contract.
func serve(t *testing.T, s *Server, req *http.Request) (status int, body string) {
	t.Helper()
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

// echoPath writes a path of the contract as echo does.
func echoPath(path string) string {
	return regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(path, ":$1")
}

// operations calls f with every operation of the contract.
func operations(t *testing.T, f func(method, path string, op *openapi3.Operation, params openapi3.Parameters)) {
	t.Helper()
	doc := contract(t).Doc
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			f(method, path, op, append(append(openapi3.Parameters{}, item.Parameters...), op.Parameters...))
		}
	}
}

// describedRoles reads the roles out of a description: "Roles: finance, service, admin."
func describedRoles(t *testing.T, op *openapi3.Operation) request.Roles {
	t.Helper()
	if op.Security != nil && len(*op.Security) == 0 {
		return request.Anyone
	}
	found := regexp.MustCompile(`Roles: ([^.]+)\.`).FindStringSubmatch(op.Description)
	require.NotNil(t, found, "%s does not say its roles", op.OperationID)
	if found[1] == "every role" {
		return request.EveryRole
	}
	text := strings.ReplaceAll(found[1], "the payee's owner", "user")
	var set request.Roles
	for name := range strings.SplitSeq(text, ", ") {
		require.NotZero(t, request.RolesNamed(name), "%s names a role %q", op.OperationID, name)
		set |= request.RolesNamed(name)
	}
	return set
}

func TestTableOfRoutesIsTheContract(t *testing.T) {
	t.Parallel()
	table := newRouteTable()
	seen := map[routeKey]bool{{"GET", "/docs/*"}: true} // the files of the reference page
	operations(t, func(method, path string, op *openapi3.Operation, params openapi3.Parameters) {
		key := routeKey{method, echoPath(path)}
		seen[key] = true
		rt := table[key]
		if !assert.NotNil(t, rt, "%v is not in the table", key) {
			return
		}
		want := describedRoles(t, op)
		if want != request.Anyone {
			assert.True(t, want.Has(request.RoleAdmin), "%s: admin passes everywhere", op.OperationID)
			want &^= request.RoleAdmin
		}
		assert.Equal(t, want, rt.Roles, op.OperationID)

		var query, tableQuery []string
		needsKey := false
		for _, p := range params {
			switch p.Value.In {
			case openapi3.ParameterInQuery:
				query = append(query, p.Value.Name)
			case openapi3.ParameterInHeader:
				needsKey = needsKey || p.Value.Name == "Idempotency-Key" && p.Value.Required
			}
		}
		for _, p := range rt.Query {
			tableQuery = append(tableQuery, p.Name)
			assert.Equal(t, p.Name == "metadata", p.Deep, p.Name)
		}
		assert.ElementsMatch(t, query, tableQuery, op.OperationID)
		assert.Equal(t, needsKey, rt.Money, op.OperationID)

		kind := request.NoBody
		if op.RequestBody != nil {
			kind = request.JSONBody
			if op.RequestBody.Value.Content[mimeNDJSON] != nil {
				kind = request.BatchBody
			}
			if strings.Contains(path, "/webhooks/") {
				kind = request.WebhookBody
			}
		}
		assert.Equal(t, kind, rt.Body, op.OperationID)
	})
	for key := range table {
		assert.True(t, seen[key], "%v is in the table but not in the contract", key)
	}
}

// TestLimitsOfTheContract holds the numbers that clients read against those that are enforced.
func TestLimitsOfTheContract(t *testing.T) {
	t.Parallel()
	components := contract(t).Doc.Components
	schema := func(name string) *openapi3.Schema { return components.Schemas[name].Value }
	property := func(name, property string) *openapi3.Schema { return schema(name).Properties[property].Value }
	parameter := func(name string) *openapi3.Schema { return components.Parameters[name].Value.Schema.Value }

	assert.Equal(t, request.MaxPage, int(*parameter("Limit").Max))
	assert.EqualValues(t, request.DefaultPage, parameter("Limit").Default)
	assert.EqualValues(t, request.MaxCursor, *parameter("Cursor").MaxLength)
	assert.EqualValues(t, request.MaxIdempotencyKey, *parameter("IdempotencyKeyRequired").MaxLength)
	assert.EqualValues(t, request.MaxIdempotencyKey, *parameter("IdempotencyKey").MaxLength)

	assert.EqualValues(t, ledger.MaxDigits+1, *schema("Amount").MaxLength, "the digits and a point")
	assert.EqualValues(t, ledger.MaxAddress, *schema("Address").MaxLength)
	assert.EqualValues(t, ledger.MaxReference, *schema("Reference").MaxLength)
	assert.EqualValues(t, ledger.MaxDescription, *schema("Description").MaxLength)
	assert.EqualValues(t, ledger.MaxMetadata, *schema("Metadata").MaxProps)
	assert.EqualValues(t, ledger.MaxMetadataValue, *schema("Metadata").AdditionalProperties.Schema.Value.MaxLength)
	assert.EqualValues(t, ledger.MaxPostings, *property("CreateTransaction", "postings").MaxItems)
	assert.EqualValues(t, ledger.MaxPreconditions, *property("CreateTransaction", "preconditions").MaxItems)
	assert.EqualValues(t, ledger.MaxFloors, *property("PutAccount", "min_balance").MaxItems)
	assert.EqualValues(t, ledger.MaxBatch, *property("CreateTransactionBatch", "transactions").MaxItems)
	assert.Equal(t, ledger.MaxScale, int(*property("CreateAsset", "scale").Max))

	// What the patterns take is what the ledger takes.
	for name, tt := range map[string]struct {
		check  func(string) error
		values []string
	}{
		"LedgerName": {ledger.CheckLedgerName, []string{"main", "a-1", "a", strings.Repeat("a", 32), strings.Repeat("a", 33), "A", "a_b", "1a", "-a", ""}},
		"AssetCode":  {ledger.CheckAssetCode, []string{"USD", "PRO-DAY", "A.B_1", strings.Repeat("A", 32), strings.Repeat("A", 33), "usd", "1A", "US/D", ""}},
		"Address": {ledger.CheckAddress, []string{"assets:a", "equity:A_.-1", "liabilities:a:b", "assets", "cash:a", "assets:a b", "assets::a", "assets:", "",
			"assets" + strings.Repeat(":a", 15), "assets" + strings.Repeat(":a", 16), "assets:" + strings.Repeat("a", 249), "assets:" + strings.Repeat("a", 250)}},
	} {
		for _, value := range tt.values {
			assert.Equal(t, tt.check(value) == nil, schema(name).VisitJSONString(value) == nil, "%s %q", name, value)
		}
	}
}

// TestEveryRouteWithEveryRole walks the contract with every role, none, and a bad token.
func TestEveryRouteWithEveryRole(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	operations(t, func(method, path string, op *openapi3.Operation, _ openapi3.Parameters) {
		target := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "x")
		want := describedRoles(t, op)
		for token, roles := range map[string]request.Roles{
			"":                           0,
			"nonsense":                   0,
			"x=":                         0,
			"x=emperor":                  0,
			"x=user":                     request.RoleUser,
			"x=service":                  request.RoleService,
			"x=finance":                  request.RoleFinance,
			"x=operator":                 request.RoleOperator,
			"x=admin":                    request.RoleAdmin,
			"x=user,operator":            request.RoleUser | request.RoleOperator,
			"x=user,service,finance":     request.RoleUser | request.RoleService | request.RoleFinance,
			"=admin":                     0, // nobody
			"x=anyone":                   0,
			"x=user,service,finance,foo": request.RoleUser | request.RoleService | request.RoleFinance,
		} {
			req := newRequest(t, method, target, http.NoBody)
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			status, body := serve(t, s, req)
			name := op.OperationID + " by " + token
			switch {
			case want == request.Anyone:
				assert.NotContains(t, []int{401, 403, 404, 405}, status, name)
			case roles.Has(want):
				// Past the door: the missing key, the missing body or the missing handler answers.
				assert.Contains(t, []int{400, 500}, status, name)
				assert.Contains(t, body, `"status":`+strconv.Itoa(status), name)
			case token == "" || token == "nonsense":
				assert.Equal(t, 401, status, name)
			case token == "=admin":
				assert.Equal(t, 500, status, name)
			default:
				assert.Equal(t, 403, status, name)
				assert.Contains(t, body, `"code":"forbidden"`, name)
			}
		}
	})
}

func TestAuthorizationHeader(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	for name, tt := range map[string]struct {
		values []string
		status int
	}{
		"in lower case":  {[]string{"bearer x=user"}, 403},
		"another scheme": {[]string{"Basic x=admin"}, 401},
		"no scheme":      {[]string{"x=admin"}, 401},
		"no token":       {[]string{"Bearer "}, 401},
		"twice":          {[]string{"Bearer x=admin", "Bearer x=admin"}, 401},
		"too long":       {[]string{"Bearer x=admin," + strings.Repeat("a", request.MaxTokenBytes)}, 401},
		"another's":      {[]string{"Bearer nobody"}, 401},
		"a fault":        {[]string{"Bearer broken"}, 500},
		"unknowable":     {[]string{"Bearer unknowable"}, 503},
	} {
		req := newRequest(t, "GET", "/v1/ledgers", http.NoBody)
		req.Header["Authorization"] = tt.values
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, req)
		assert.Equal(t, tt.status, rec.Code, name)
		if tt.status == 401 {
			want := "Bearer"
			if name == "another's" { // a client that has a token must learn that it needs another
				want = `Bearer error="invalid_token"`
			}
			assert.Equal(t, want, rec.Header().Get("WWW-Authenticate"), name)
			assert.Contains(t, rec.Body.String(), `"code":"unauthenticated"`, name)
		}
		if tt.status == 503 {
			assert.Contains(t, rec.Body.String(), `"code":"unavailable"`, name)
			assert.Equal(t, "1", rec.Header().Get("Retry-After"), name)
		}
	}
}

func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	for _, path := range []string{"/", "/v1", "/v1/nothing", "/v1/ledgers/", "/v1//ledgers", "/metrics", "/v1/ledgers/main"} {
		a := ask(t, s, "GET", path, "")
		assert.Equal(t, http.StatusNotFound, a.status, path)
		assert.Equal(t, "not-found", a.problem(t)["code"], path)
		assert.Equal(t, path, a.problem(t)["instance"], path)
	}
	a := ask(t, s, "DELETE", "/v1/ledgers", "")
	assert.Equal(t, http.StatusMethodNotAllowed, a.status)
	assert.Equal(t, "method-not-allowed", a.problem(t)["code"])
	assert.Equal(t, "OPTIONS, GET, HEAD, POST", a.header.Get("Allow"))
	a = ask(t, s, "OPTIONS", "/v1/ledgers", "")
	assert.Equal(t, http.StatusNoContent, a.status)
	assert.Equal(t, "OPTIONS, GET, HEAD, POST", a.header.Get("Allow"))
	a = ask(t, s, "OPTIONS", "/nothing", "")
	assert.Equal(t, http.StatusNotFound, a.status)
}

func TestRouteOutsideOfTheTableIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	delete(s.routes, routeKey{"GET", "/livez"})
	status, _ := serve(t, s, newRequest(t, "GET", "/livez", http.NoBody))
	assert.Equal(t, http.StatusNotFound, status, "a handler without a row must not run")
	assert.False(t, (request.EveryRole &^ request.RoleAdmin).May(&request.Route{}), "a row without roles lets nobody in but admin")
	assert.True(t, request.RoleAdmin.May(&request.Route{}))
	assert.False(t, request.Anyone.May(&request.Route{Roles: request.Anyone}), "anyone is not a role")
}

func TestRolesAreWritten(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "user, finance", (request.RoleFinance | request.RoleUser).String())
	assert.Empty(t, request.Roles(0).String())
	assert.Equal(t, request.RoleAdmin|request.RoleService, request.RolesNamed("service", "admin", "anyone", ""))
}
