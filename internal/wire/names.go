package wire

// Names makes the names of channels, queues and keys. All carry the namespace, since pub/sub ignores the database number
// and two installations may share a Redis.
type Names struct{ Namespace string }

// Web is the control channel of a web process.
func (n Names) Web(process string) string { return n.Namespace + ":web:" + process }

// Worker is the control channel of a worker process.
func (n Names) Worker(process string) string { return n.Namespace + ":worker:" + process }

// Tail is the channel that carries one tail's frames.
func (n Names) Tail(id TailID) string { return n.Namespace + ":tail:" + id.String() }

// Queue is the asynq queue of the workers of a host.
func (n Names) Queue(host string) string { return n.Namespace + ":" + host }

// Knock is the channel on which the workers of a host are told that a job was put on their queue.
func (n Names) Knock(host string) string { return n.Namespace + ":knock:" + host }

// Sessions is the channel on which ended sessions are told.
func (n Names) Sessions() string { return n.Namespace + ":sessions" }

// Catalogue is the channel on which workers announce what they serve.
func (n Names) Catalogue() string { return n.Namespace + ":catalogue" }

// CatalogueKey is the hash that keeps what a host last announced.
func (n Names) CatalogueKey(host string) string { return n.Namespace + ":catalogue:" + host }

// StopsKey is the hash that keeps which logs an administrator stopped.
func (n Names) StopsKey() string { return n.Namespace + ":stops" }

// RingKey is the hash that keeps how the logs of a host grew lately.
func (n Names) RingKey(host string) string { return n.Namespace + ":rings:" + host }

// ClaimKey is held by the machine that is about to announce a host.
func (n Names) ClaimKey(host string) string { return n.Namespace + ":claim:" + host }
