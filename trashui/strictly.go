package trashui

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// strictly reads one JSON value that has nothing in it that is not known.
func strictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if err := decoder.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind it")
	}
	return nil
}
