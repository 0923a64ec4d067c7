package wire

import "encoding/json"

// What a Marker can say.
const (
	MarkWaiting    = "waiting"    // the log is not there yet; Name
	MarkOpened     = "opened"     // reading began; Name, Bytes: size; Why: what to know about the file
	MarkLive       = "live"       // the live edge was reached
	MarkRotated    = "rotated"    // Name: the new file, To: what the old one is called now, if known
	MarkTruncated  = "truncated"  // the file was cut, reading goes on at its beginning
	MarkReplaced   = "replaced"   // another file took the name and nothing of the old one is left
	MarkUnreadable = "unreadable" // Why; the tail waits and goes on when it can
	MarkReadable   = "readable"   // that is over
	MarkGap        = "gap"        // Bytes that can no longer be had (-1: unknown); Why
	MarkLooked     = "looked"     // with a filter: what the tail begins with is of the last Bytes, and less than was asked for; Why
	MarkProgress   = "progress"   // something takes long before bytes come: Why, Name, Done of Bytes; in answers too
	MarkEdge       = "edge"       // the page's position could not be used; it opens at the live edge; Why
)

// What only an answer can say.
const (
	MarkFile    = "file"    // what comes next in the answer is of file Name; what came before, if anything did, of To
	MarkStart   = "start"   // the first byte there is was reached: the beginning of Name
	MarkFound   = "found"   // of a seek: the line begins at Start, reading at After; Sure, Why
	MarkOutline = "outline" // Files: all files of the log, oldest first
	MarkEnd     = "end"     // the answer is complete: End, Why
)

// Why an answer is complete, in a Marker's End.
const (
	EndLines  = "lines"  // as many lines or bytes as were asked for; more may be there
	EndLooked = "looked" // as much was looked at as may be in one request; more may be there
	EndUntil  = "until"  // the place until which to read was reached
	EndStart  = "start"  // the first byte there is
	EndEdge   = "edge"   // the live edge
	EndDone   = "done"   // an outline
	EndFailed = "failed" // Why
)

// How sure a seek is of what it found, in a Marker's Sure.
const (
	SureExact = "exact" // the first line that is not earlier
	SureNear  = "near"  // times go back and forth there, or lines around it have none, or their year is guessed; Why
	SureNone  = "none"  // the log has no times that are understood; Why
)

// Marker is something that happened to the log, told in the flow of its lines.
type Marker struct {
	Kind  string     `json:"kind"`
	At    int64      `json:"at"`             // Unix time in milliseconds on the worker
	Name  string     `json:"name,omitempty"` // file name; a whole path only if the reader may see it
	To    string     `json:"to,omitempty"`
	Bytes int64      `json:"bytes,omitempty"`
	Done  int64      `json:"done,omitempty"`
	Sure  string     `json:"sure,omitempty"`
	End   string     `json:"end,omitempty"`
	Why   string     `json:"why,omitempty"` // words for people
	Files []FileInfo `json:"files,omitempty"`
}

// FileInfo is one file of an outline.
type FileInfo struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`             // of the text; estimated where Packed
	Packed bool   `json:"packed,omitempty"` // compressed, and not unpacked yet
	From   int64  `json:"from,omitempty"`   // first and last time in it, Unix milliseconds; 0: unknown
	To     int64  `json:"to,omitempty"`
}

// Frame makes the frame that carries m; the caller adds its position.
func (m Marker) Frame() (Frame, error) {
	b, err := json.Marshal(m)
	return Frame{Kind: Mark, Payload: b}, err
}
