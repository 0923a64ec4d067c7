//go:build !linux

package main

import "errors"

func mincore(_, _ []byte) error { return errors.ErrUnsupported }

func drop(int) error { return errors.ErrUnsupported }
