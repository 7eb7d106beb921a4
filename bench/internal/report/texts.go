package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// Texts reads a drawing and returns what is written in it. It fails unless the drawing is well-formed.
func Texts(drawn []byte) ([]string, error) {
	var texts []string
	decoder := xml.NewDecoder(bytes.NewReader(drawn))
	inText := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				texts = append(texts, string(token))
			}
		}
	}
}
