package rawcheck

// MostTexts is how many texts are kept.
const MostTexts = mostTexts

// Kept is how many are.
func Kept(c *Check) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.texts)
}
