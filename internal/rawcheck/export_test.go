package rawcheck

// MostTexts and MostBytes are how many texts are kept, and how long they are.
const (
	MostTexts = mostTexts
	MostBytes = mostBytes
)

// Kept is how many are, and how long they are.
func Kept(c *Check) (texts, bytes int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for t := range c.texts {
		bytes += len(t.sql)
	}
	return len(c.texts), bytes
}
