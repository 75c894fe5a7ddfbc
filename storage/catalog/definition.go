package catalog

import (
	"errors"

	"github.com/google/uuid"
)

// PutDefinition stores a definition in the place of the one with the same kind, database and name, if any, and returns
// it as stored: with its times, and with an incarnation where it had none. Errors: ErrName, the store's.
func (c *Catalog) PutDefinition(d Definition) (Definition, error) {
	if err := checkNames(string(d.Kind), d.Database, d.Name); err != nil {
		return d, fail("definition", d.Name, err)
	}
	c.write.Lock()
	defer c.write.Unlock()
	key := entryKey(definitions, string(d.Kind), d.Database, d.Name)
	old, err := get[Definition](c, key)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return d, fail(string(d.Kind), d.Name, err)
	}
	if d.Incarnation == uuid.Nil {
		d.Incarnation = old.Incarnation
	}
	if d.Incarnation == uuid.Nil {
		if d.Incarnation, err = uuid.NewRandom(); err != nil {
			return d, fail(string(d.Kind), d.Name, err)
		}
	}
	d.Updated = c.now()
	d.Created = d.Updated
	if old.Incarnation == d.Incarnation {
		d.Created = old.Created
	}
	return d, fail(string(d.Kind), d.Name, c.put(key, d))
}

// Definition returns the definition of that exact name. Errors: ErrNotFound, ErrCorrupt, ErrVersion, the store's.
func (c *Catalog) Definition(kind Kind, database, name string) (Definition, error) {
	d, err := get[Definition](c, entryKey(definitions, string(kind), database, name))
	return d, fail(string(kind), name, err)
}

// Definitions lists those of one kind in one database, by name.
func (c *Catalog) Definitions(kind Kind, database string) ([]Definition, error) {
	out, err := list[Definition](c, entryKey(definitions, string(kind), database))
	return out, fail("definitions of kind", string(kind), err)
}

// DeleteDefinition removes a definition. Errors: ErrNotFound, the store's.
func (c *Catalog) DeleteDefinition(kind Kind, database, name string) error {
	c.write.Lock()
	defer c.write.Unlock()
	return fail(string(kind), name, c.remove(entryKey(definitions, string(kind), database, name)))
}

// PutCrawler stores a crawler, replacing the one of its name, and returns it as stored. A change of LastCrawl alone leaves
// the version and the time of update as they are; a nil LastCrawl keeps the stored one. Errors: ErrName, the store's.
func (c *Catalog) PutCrawler(w Crawler) (Crawler, error) {
	if err := checkNames(w.Name); err != nil {
		return w, fail("crawler", w.Name, err)
	}
	c.write.Lock()
	defer c.write.Unlock()
	key := entryKey(crawlers, w.Name)
	old, err := get[Crawler](c, key)
	switch {
	case errors.Is(err, ErrNotFound):
		w.Version, w.Created, w.Updated = 0, c.now(), c.now()
	case err != nil:
		return w, fail("crawler", w.Name, err)
	default:
		last := old.LastCrawl
		w.Version, w.Created, w.Updated, old.LastCrawl = old.Version, old.Created, old.Updated, w.LastCrawl
		same, err := equal(w, old)
		if err != nil {
			return w, fail("crawler", w.Name, err)
		}
		if !same {
			w.Version++
			w.Updated = c.now()
		}
		if w.LastCrawl == nil {
			w.LastCrawl = last
		}
	}
	return w, fail("crawler", w.Name, c.put(key, w))
}

// Crawler returns the crawler of that exact name. Errors: ErrNotFound, ErrCorrupt, ErrVersion, the store's.
func (c *Catalog) Crawler(name string) (Crawler, error) {
	w, err := get[Crawler](c, entryKey(crawlers, name))
	return w, fail("crawler", name, err)
}

// Crawlers lists all crawlers by name.
func (c *Catalog) Crawlers() ([]Crawler, error) {
	out, err := list[Crawler](c, entryKey(crawlers))
	return out, fail("crawlers", "", err)
}

// DeleteCrawler removes a crawler; what it registered stays. Errors: ErrNotFound, the store's.
func (c *Catalog) DeleteCrawler(name string) error {
	c.write.Lock()
	defer c.write.Unlock()
	return fail("crawler", name, c.remove(entryKey(crawlers, name)))
}
