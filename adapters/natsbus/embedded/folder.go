package embedded

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// acquire takes the folder for this server until the returned file is closed or the process ends.
func acquire(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%w: %s", ErrRunning, dir)
	} else if err != nil {
		err = fmt.Errorf("embedded: lock %s: %w", path, err)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// loadPassword reads Dir/password, or makes it. The caller holds the folder's lock.
func loadPassword(dir string) (string, error) {
	path := filepath.Join(dir, "password")
	content, err := os.ReadFile(path)
	// A file that a crash left empty is as good as none.
	if password := strings.TrimSpace(string(content)); err == nil && password != "" {
		return password, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("embedded: %w", err)
	}
	secret := make([]byte, passwordBytes)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	password := hex.EncodeToString(secret)
	if err := os.WriteFile(path, []byte(password+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("embedded: %w", err)
	}
	return password, nil
}
