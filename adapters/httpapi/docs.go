package httpapi

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5emb"
)

//go:embed openapi.yaml
var openAPI []byte

// OpenAPI returns the contract, as /openapi.yaml answers it.
func OpenAPI() []byte { return append([]byte(nil), openAPI...) }

// docsPolicy lets the reference page load nothing from elsewhere, whatever its script would like.
// The page brings its script and style inline.
const docsPolicy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

func openAPIHandler(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/yaml", openAPI)
}

// docsHandler answers the reference page and its files, all of them from this binary.
func docsHandler() echo.HandlerFunc {
	page := v5emb.New("Florin", "/openapi.yaml", "/docs/")
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderContentSecurityPolicy, docsPolicy)
		page.ServeHTTP(c.Response(), c.Request())
		return nil
	}
}
