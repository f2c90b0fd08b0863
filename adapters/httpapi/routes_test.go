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
func describedRoles(t *testing.T, op *openapi3.Operation) Roles {
	t.Helper()
	if op.Security != nil && len(*op.Security) == 0 {
		return anyone
	}
	found := regexp.MustCompile(`Roles: ([^.]+)\.`).FindStringSubmatch(op.Description)
	require.NotNil(t, found, "%s does not say its roles", op.OperationID)
	if found[1] == "every role" {
		return everyRole
	}
	text := strings.ReplaceAll(found[1], "the payee's owner", "user")
	var set Roles
	for name := range strings.SplitSeq(text, ", ") {
		require.NotZero(t, roleOf(name), "%s names a role %q", op.OperationID, name)
		set |= roleOf(name)
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
		if want != anyone {
			assert.True(t, want.Has(RoleAdmin), "%s: admin passes everywhere", op.OperationID)
			want &^= RoleAdmin
		}
		assert.Equal(t, want, rt.roles, op.OperationID)

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
		for _, p := range rt.query {
			tableQuery = append(tableQuery, p.name)
			assert.Equal(t, p.name == "metadata", p.deep, p.name)
		}
		assert.ElementsMatch(t, query, tableQuery, op.OperationID)
		assert.Equal(t, needsKey, rt.money, op.OperationID)

		kind := noBody
		if op.RequestBody != nil {
			kind = jsonBody
			if op.RequestBody.Value.Content[mimeNDJSON] != nil {
				kind = batchBody
			}
			if strings.Contains(path, "/webhooks/") {
				kind = webhookBody
			}
		}
		assert.Equal(t, kind, rt.body, op.OperationID)
	})
	for key := range table {
		assert.True(t, seen[key], "%v is in the table but not in the contract", key)
	}
}

// TestEveryRouteWithEveryRole walks the contract with every role, none, and a bad token.
func TestEveryRouteWithEveryRole(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	operations(t, func(method, path string, op *openapi3.Operation, _ openapi3.Parameters) {
		target := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "x")
		want := describedRoles(t, op)
		for token, roles := range map[string]Roles{
			"":                           0,
			"nonsense":                   0,
			"x=":                         0,
			"x=emperor":                  0,
			"x=user":                     RoleUser,
			"x=service":                  RoleService,
			"x=finance":                  RoleFinance,
			"x=operator":                 RoleOperator,
			"x=admin":                    RoleAdmin,
			"x=user,operator":            RoleUser | RoleOperator,
			"x=user,service,finance":     RoleUser | RoleService | RoleFinance,
			"=admin":                     0, // nobody
			"x=anyone":                   0,
			"x=user,service,finance,foo": RoleUser | RoleService | RoleFinance,
		} {
			req := newRequest(t, method, target, http.NoBody)
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			status, body := serve(t, s, req)
			name := op.OperationID + " by " + token
			switch {
			case want == anyone:
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
		"too long":       {[]string{"Bearer x=admin," + strings.Repeat("a", MaxTokenBytes)}, 401},
		"a fault":        {[]string{"Bearer broken"}, 500},
	} {
		req := newRequest(t, "GET", "/v1/ledgers", http.NoBody)
		req.Header["Authorization"] = tt.values
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, req)
		assert.Equal(t, tt.status, rec.Code, name)
		if tt.status == 401 {
			assert.Equal(t, "Bearer", rec.Header().Get("WWW-Authenticate"), name)
			assert.Contains(t, rec.Body.String(), `"code":"unauthenticated"`, name)
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
	assert.Equal(t, "OPTIONS, GET, POST", a.header.Get("Allow"))
	a = ask(t, s, "OPTIONS", "/v1/ledgers", "")
	assert.Equal(t, http.StatusNoContent, a.status)
	assert.Equal(t, "OPTIONS, GET, POST", a.header.Get("Allow"))
	a = ask(t, s, "OPTIONS", "/nothing", "")
	assert.Equal(t, http.StatusNotFound, a.status)
}

func TestRouteOutsideOfTheTableIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	delete(s.routes, routeKey{"GET", "/livez"})
	status, _ := serve(t, s, newRequest(t, "GET", "/livez", http.NoBody))
	assert.Equal(t, http.StatusNotFound, status, "a handler without a row must not run")
	assert.False(t, (everyRole &^ RoleAdmin).may(&route{}), "a row without roles lets nobody in but admin")
	assert.True(t, RoleAdmin.may(&route{}))
	assert.False(t, anyone.may(&route{roles: anyone}), "anyone is not a role")
}

func TestRolesAreWritten(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "user, finance", (RoleFinance | RoleUser).String())
	assert.Empty(t, Roles(0).String())
	assert.Equal(t, RoleAdmin|RoleService, RolesNamed("service", "admin", "anyone", ""))
}
