package driver

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

// nodePart is the Node Part: the message loop of one request.
type nodePart struct {
	messenger *ipc.Messenger
	replier   *replier // nil: Core has nothing to ask
	limits    *Limits
	given     *transcript
	questions int // of this dialogue
	replayed  int // those of them that are in the transcript
}

// transcript is what the hook has answered to the present request. If Core
// dies, the one that takes over gets the same answers to the same questions.
// Questions for code are not in it: one Core keeps what another has to ask for,
// and the hash that is asked for names its answer.
type transcript struct {
	exchanges []exchange
	bodies    []byte // of the answers
}

// keep takes note of an exchange. The messages belong to the messenger, and so
// does the body of the answer.
func (t *transcript) keep(question, answer *ipc.Message) {
	start := len(t.bodies)
	t.bodies = append(t.bodies, answer.Body...)
	kept := exchange{*question, *answer}
	kept.answer.Body = t.bodies[start:len(t.bodies):len(t.bodies)]
	t.exchanges = append(t.exchanges, kept)
}

type exchange struct{ question, answer ipc.Message }

// dialogue sends a request and answers questions until the result comes.
//
// An error is of the hook (*hookError), or about the request itself
// (*ipc.SizeError), and Core can go on; or it is one of the channel, and Core
// is of no more use.
func dialogue[Q, R any](part *nodePart, method ipc.Method[Q, R], q *Q) (*R, error) {
	c := part.messenger
	if err := method.Ask(c, q); err != nil {
		return nil, err
	}
	var said int64 // bytes, by both, after the request
	for ; ; part.questions++ {
		msg, err := c.Receive()
		if err != nil {
			return nil, err
		}
		if said += int64(c.ReceivedBytes()); said > part.limits.DialogueBytes {
			return nil, broken("the messages have more than %d bytes", part.limits.DialogueBytes)
		}
		if msg.Kind == method.Answers() {
			return finish(part, method, msg)
		}
		if part.questions == part.limits.HookCalls {
			return nil, broken("more than %d questions", part.limits.HookCalls)
		}
		answer, err := part.answer(msg)
		if err != nil {
			return nil, err
		}
		said += int64(len(answer.Body) + len(answer.Text)) // they are kept as well, see transcript
		if err := part.send(answer); err != nil {
			return nil, err
		}
	}
}

// finish reads the result.
func finish[Q, R any](part *nodePart, method ipc.Method[Q, R], msg *ipc.Message) (*R, error) {
	r, err := method.ReadAnswer(part.messenger, msg)
	denial, denied := errors.AsType[*ipc.Denial](err)
	if err != nil && !denied {
		return nil, err
	}
	if reset := part.messenger.Reset(); reset != nil {
		return nil, reset
	}
	failure := part.failure()
	switch {
	case failure != nil && denied && denial.Status == ipc.StatusFailed:
		return nil, failure
	case failure != nil:
		return nil, broken("core goes on after a question that was not answered")
	case denied:
		return nil, broken("core gives up for no reason of the node's: %.*q", maxToldBytes, denial.Text)
	case part.replayed < len(part.given.exchanges):
		return nil, broken("core asked %d questions, and %d when it was started before", part.replayed, len(part.given.exchanges))
	}
	return r, nil
}

// answer gives the answer to a question: the one given before, or the hook's.
func (part *nodePart) answer(msg *ipc.Message) (*ipc.Message, error) {
	if part.failure() != nil {
		return nil, broken("core goes on after a question that was not answered")
	}
	if part.replier == nil {
		return nil, broken("%s is not expected", protocol.KindName(msg.Kind))
	}
	entry, ok := part.replier.entries[msg.Kind]
	if !ok {
		return nil, broken("%s is not expected", protocol.KindName(msg.Kind))
	}
	if msg.Kind == protocol.KindCode {
		return entry.Answer(part.messenger, msg)
	}
	given := part.given
	part.replayed++
	if part.replayed <= len(given.exchanges) {
		before := &given.exchanges[part.replayed-1]
		if before.question.Kind != msg.Kind || !bytes.Equal(before.question.Body, msg.Body) {
			return nil, broken("question %d is another than when core was started before: %s", part.replayed, entry.Name)
		}
		return &before.answer, nil
	}
	answer, err := entry.Answer(part.messenger, msg)
	if err != nil {
		return nil, err
	}
	if part.failure() == nil {
		given.keep(msg, answer)
	}
	return answer, nil
}

// send sends an answer. One that is too large is a failure of the hook.
func (part *nodePart) send(answer *ipc.Message) error {
	err := part.messenger.Send(answer)
	if _, ok := errors.AsType[*ipc.SizeError](err); !ok {
		return err
	}
	part.replier.failure = &hookError{protocol.KindName(answer.Kind), err}
	return part.messenger.Send(&ipc.Message{Kind: answer.Kind, Status: ipc.StatusFailed, Text: []byte(err.Error())})
}

// failure is what the hook could not do in this dialogue.
func (part *nodePart) failure() error {
	if part.replier == nil {
		return nil
	}
	return part.replier.failure
}

// broken says that Core broke a rule.
func broken(format string, args ...any) error {
	return &ipc.ProtocolError{Reason: fmt.Sprintf(format, args...)}
}
