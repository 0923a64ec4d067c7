package consumer

import "github.com/coder/websocket"

// Reason is why a socket ends, for the page that is told. docs/PROTOCOL.md has the same table, and a test compares them.
type Reason struct {
	Code  websocket.StatusCode // 0: nobody is there to be told
	Words string               // for people, at most 123 bytes
	Back  Back
}

// Back says whether and when the page should come back by itself, from its position.
type Back string

// What a page does after its socket was closed.
const (
	No         Back = "no"
	AtOnce     Back = "yes, after 0-1 s"
	BackOff    Back = "yes, with back-off"
	FromPlace  Back = "yes, from its position"
	Later      Back = "after 10 s"
	AfterLimit Back = "yes, after 10 s"
	SignIn     Back = "after signing in, from the same position"
	LetGo      Back = "when the log is let go on, from the same position"
)

// All reasons there are.
var (
	replaced  = Reason{1000, "this tail goes on in a newer connection", No}
	tooLarge  = Reason{1009, "a message of this page was too large", No}
	failed    = Reason{1011, "something failed on the server; this page tries again by itself", BackOff}
	restart   = Reason{1012, "the server restarts; this page goes on by itself", AtOnce}
	nonsense  = Reason{4000, "the server does not understand this page; reload it", No}
	silent    = Reason{4000, "this page did not say in time what it wants; reload it", No}
	signedOut = Reason{4001, "signed out: the session ended", SignIn}
	noSuchLog = Reason{4004, "you may not see this log, or it does not exist", No}
	stopped   = Reason{4023, "an administrator stopped this log; this page goes on by itself when it may", LetGo}
	tooMany   = Reason{4008, "this page sent too many messages; it tries again in 10 s", Later}
	tooSlow   = Reason{4009, "this page took nothing for too long; it goes on from its position", FromPlace}
	userFull  = Reason{4029, "you have as many logs open as one user may; close a tab", AfterLimit}
	allFull   = Reason{4029, "this server has as many logs open as it may; this page tries again in 10 s", AfterLimit}

	// gone is the page's own end: a closed tab, a lost network.
	gone = Reason{}
)

// stoppedFor is stopped, with an administrator's own words.
func stoppedFor(words string) Reason { return Reason{stopped.Code, words, stopped.Back} }
