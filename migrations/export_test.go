package migrations

import (
	"context"
	"io/fs"
)

// These do the same over other files than the embedded ones. The tests are outside the package,
// because the Postgres that they need comes from one that imports it.

// UpFrom is Up.
func UpFrom(ctx context.Context, databaseURL string, files fs.FS) error {
	return up(ctx, databaseURL, schema{files: files, versions: "versions"})
}

// StatusFrom is Status.
func StatusFrom(ctx context.Context, databaseURL string, files fs.FS) (current, latest int64, err error) {
	return status(ctx, databaseURL, schema{files: files, versions: "versions"})
}

// ChecksumOf is Checksum.
func ChecksumOf(files fs.FS) (string, error) { return checksum(files) }
