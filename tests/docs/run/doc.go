// Package run is where the test that runs the pages is put: see the tests of the folder above.
package run
