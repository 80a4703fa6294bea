package sandbox

import "container/list"

// cacheBytes bounds the code whose compiled form is kept, by what its codeBytes
// are and cacheEach more: native code and tables take about ten times as much,
// and some of them depend little on how small the code is.
const (
	cacheBytes = 64 << 20
	cacheEach  = 4 << 10
)

// cache keeps compiled code, the least recently used goes first. Code with
// instances is never freed, so the cache may be larger than its limit while
// they run.
type cache struct {
	limit   int
	each    int // what an entry counts beyond its codeBytes
	bytes   int // what all entries count
	entries map[Key]*list.Element
	order   *list.List // of *Code, most recently used first
}

func newCache(limit, each int) cache {
	return cache{limit: limit, each: each, entries: make(map[Key]*list.Element), order: list.New()}
}

// get gives the code with that key, or nil.
func (c *cache) get(key Key) *Code {
	element, ok := c.entries[key]
	if !ok {
		return nil
	}
	c.order.MoveToFront(element)
	return element.Value.(*Code)
}

// add adds code and frees what there is no room for any more.
func (c *cache) add(code *Code) error {
	c.entries[code.key] = c.order.PushFront(code)
	c.bytes += code.counted + c.each
	for element := c.order.Back(); c.bytes > c.limit && element != c.order.Front(); {
		old := element
		element = element.Prev()
		if err := c.drop(old); err != nil {
			return err
		}
	}
	return nil
}

// drop frees code that has no instances.
func (c *cache) drop(element *list.Element) error {
	code := element.Value.(*Code)
	if code.instances() > 0 {
		return nil
	}
	c.order.Remove(element)
	delete(c.entries, code.key)
	c.bytes -= code.counted + c.each
	return code.close()
}

// remove frees code that has no instances.
func (c *cache) remove(key Key) error {
	if element, ok := c.entries[key]; ok {
		return c.drop(element)
	}
	return nil
}
