// Package chaos is the instruments that break livetail on purpose and count what was lost, repeated or left behind.
package chaos
