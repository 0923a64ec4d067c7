package chaos

import (
	"testing"

	"go.uber.org/goleak"

	"livetail/internal/dial"
)

func TestMain(m *testing.M) {
	dial.Quiet()
	goleak.VerifyTestMain(m)
}
