package ipc

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Type is how a body is written in the binary codec; JSON needs no more than
// the Go type. Read takes exactly what Append appended.
type Type[T any] struct {
	Append func(dst []byte, v *T) []byte
	Read   func(r *Reader, v *T)
}

// Method is one thing that can be asked: a request that holds a Q, with an
// even kind, and an answer with the next kind that holds an R, or says why
// there is none.
type Method[Q, R any] struct {
	Kind     Kind // of the request
	Name     string
	Request  Type[Q]
	Response Type[R]
}

// Denial is an answer without a value, as the asking side sees it.
type Denial struct {
	Status Status // StatusRefused or StatusFailed
	Text   []byte // any bytes
}

// Error gives the text.
func (d *Denial) Error() string { return string(d.Text) }

// Answers is the kind of the answers.
func (m Method[Q, R]) Answers() Kind { return m.Kind + 1 }

// Ask sends the request and leaves the waiting to the caller.
func (m Method[Q, R]) Ask(c *Messenger, q *Q) error {
	body, err := encode(c, m.Request, q)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	return c.Send(&Message{Kind: m.Kind, Body: body})
}

// Call sends the request and waits for its answer; nothing else may come. An
// answer without a value is a *Denial. Any other error is one of the channel.
func (m Method[Q, R]) Call(c *Messenger, q *Q) (*R, error) {
	if err := m.Ask(c, q); err != nil {
		return nil, err
	}
	msg, err := c.Receive()
	if err != nil {
		return nil, err
	}
	return m.ReadAnswer(c, msg)
}

// ReadRequest decodes a request.
func (m Method[Q, R]) ReadRequest(c *Messenger, msg *Message) (*Q, error) {
	if msg.Kind != m.Kind || msg.Status != StatusValue {
		return nil, violation("message of kind %d and status %d is not a request %s", msg.Kind, msg.Status, m.Name)
	}
	return decode(c, m.Request, m.Name, msg.Body)
}

// ReadAnswer decodes an answer. One without a value is a *Denial.
func (m Method[Q, R]) ReadAnswer(c *Messenger, msg *Message) (*R, error) {
	if msg.Kind != m.Answers() {
		return nil, violation("message of kind %d does not answer %s", msg.Kind, m.Name)
	}
	if msg.Status != StatusValue {
		return nil, &Denial{msg.Status, msg.Text}
	}
	return decode(c, m.Response, m.Name, msg.Body)
}

// Answer makes the message that answers with r. It is valid until the messenger
// encodes or sends another one.
func (m Method[Q, R]) Answer(c *Messenger, r *R) (*Message, error) {
	body, err := encode(c, m.Response, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	c.answer = Message{Kind: m.Answers(), Body: body}
	return &c.answer, nil
}

// Deny makes the message that answers without a value.
func (m Method[Q, R]) Deny(status Status, text string) *Message {
	return &Message{Kind: m.Answers(), Status: status, Text: []byte(text)}
}

// An Entry answers the requests of one method. Answer gives the message to
// send. Its error means that the request is not understood.
type Entry struct {
	Kind   Kind
	Name   string
	Answer func(c *Messenger, msg *Message) (*Message, error)
}

// Serve binds a method to the function that answers it. deny turns an error of
// the function into a status and a text.
func (m Method[Q, R]) Serve(f func(*Q) (*R, error), deny func(method string, err error) (Status, string)) Entry {
	return Entry{m.Kind, m.Name, func(c *Messenger, msg *Message) (*Message, error) {
		q, err := m.ReadRequest(c, msg)
		if err != nil {
			return nil, err
		}
		r, err := f(q)
		if err != nil {
			return m.Deny(deny(m.Name, err)), nil
		}
		return m.Answer(c, r)
	}}
}

// encode gives a body that is valid until the next one is encoded.
func encode[T any](c *Messenger, t Type[T], v *T) ([]byte, error) {
	if c.codec != Binary {
		return json.Marshal(v)
	}
	body := t.Append(c.body[:0], v)
	if cap(body) <= keptFrameBytes {
		c.body = body
	}
	return body, nil
}

func decode[T any](c *Messenger, t Type[T], name string, body []byte) (*T, error) {
	v := new(T)
	var err error
	switch {
	case c.codec == Binary:
		r := &c.reader
		*r = Reader{b: body}
		t.Read(r, v)
		err = r.Close()
		*r = Reader{} // it would keep the message alive
	case len(body) == 0 || bytes.Equal(body, []byte("null")):
		err = fmt.Errorf("body is missing")
	default:
		err = json.Unmarshal(body, v)
	}
	if err != nil {
		return nil, undecodable("body of "+name, err)
	}
	return v, nil
}
