// Package storm is real programs, a real Redis and many real pages under faults, with a writer's own copy as the only oracle.
package storm
