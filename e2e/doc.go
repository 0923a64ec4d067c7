// Package e2e is livetail as its users meet it: real programs, a real redis-server, real files, a real browser, and what is
// left when some of them are killed. It holds tests only.
package e2e
