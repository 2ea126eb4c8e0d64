package checkrein

/*
#include <checkrein.h>
*/
import "C"

// OutputStream is an answer that leaves piece by piece. One goroutine at a time.
type OutputStream struct {
	native *handle[*C.checkrein_output_stream]
}

// CallStream is a call whose arguments arrive piece by piece. One goroutine at a time.
type CallStream struct {
	native *handle[*C.checkrein_call_stream]
}

// Part is what a push released.
type Part struct {
	// Text may go out at once.
	Text string `json:"text"`
	// Denied says that nothing follows.
	Denied bool `json:"denied"`
}

// OutputStream opens a stream for an answer; kind "" is an answer.
func (s *Session) OutputStream(kind string, audience []string) (*OutputStream, error) {
	w := fresh(nil)
	w.said(kind, audience)
	text, err := w.request(map[string]any{"kind": kind, "audience": audience})
	if err != nil {
		return nil, err
	}
	var native *C.checkrein_output_stream
	_, err = s.native.with(func(session *C.checkrein_session) (string, error) {
		var out C.checkrein_bytes
		data, length := view(text)
		return take(C.checkrein_output_stream_new(session, data, length, &native, &out), &out)
	})
	if err != nil {
		return nil, err
	}
	free := func(stream *C.checkrein_output_stream) { C.checkrein_output_stream_free(stream) }
	return &OutputStream{newHandle(native, free)}, nil
}

// Push takes the next bytes; a character may be split between two pushes.
func (o *OutputStream) Push(chunk []byte) (part Part, err error) {
	answer, err := o.push(chunk)
	if err != nil {
		return part, err
	}
	r := reader{text: answer}
	r.object(func(key string) {
		switch key {
		case "text":
			part.Text = r.string()
		case "denied":
			part.Denied = r.bool()
		default:
			r.raw()
		}
	})
	return part, r.end()
}

// PushJSON is Push with its answer as JSON text.
func (o *OutputStream) PushJSON(chunk []byte) ([]byte, error) { return inBytes(o.push(chunk)) }

func (o *OutputStream) push(chunk []byte) (string, error) {
	return o.native.with(func(stream *C.checkrein_output_stream) (string, error) {
		var out C.checkrein_bytes
		data, length := view(chunk)
		return take(C.checkrein_output_stream_push(stream, data, length, &out), &out)
	})
}

// Finish ends the stream: what may still go out, and the decision over all of it.
func (o *OutputStream) Finish() (tail string, decision *Decision, err error) {
	answer, err := o.finish()
	if err != nil {
		return "", nil, err
	}
	r := reader{text: answer}
	r.object(func(key string) {
		switch key {
		case "tail":
			tail = r.string()
		case "decision":
			decision = r.decision()
		default:
			r.raw()
		}
	})
	return tail, decision, r.end()
}

// FinishJSON is Finish with its answer as JSON text.
func (o *OutputStream) FinishJSON() ([]byte, error) { return inBytes(o.finish()) }

func (o *OutputStream) finish() (string, error) {
	return o.native.with(func(stream *C.checkrein_output_stream) (string, error) {
		var out C.checkrein_bytes
		return take(C.checkrein_output_stream_finish(stream, &out), &out)
	})
}

// Close frees the stream.
func (o *OutputStream) Close() error {
	o.native.close()
	return nil
}

// CallStream opens a stream for a call's arguments.
func (s *Session) CallStream(tool, callID string) (*CallStream, error) {
	request := map[string]any{"tool": tool}
	if callID != "" {
		request["call_id"] = callID
	}
	text, err := encode(request)
	if err != nil {
		return nil, err
	}
	var native *C.checkrein_call_stream
	_, err = s.native.with(func(session *C.checkrein_session) (string, error) {
		var out C.checkrein_bytes
		data, length := view(text)
		return take(C.checkrein_call_stream_new(session, data, length, &native, &out), &out)
	})
	if err != nil {
		return nil, err
	}
	free := func(stream *C.checkrein_call_stream) { C.checkrein_call_stream_free(stream) }
	return &CallStream{newHandle(native, free)}, nil
}

// Push takes the next bytes of the arguments' JSON.
func (c *CallStream) Push(delta []byte) error {
	_, err := c.native.with(func(stream *C.checkrein_call_stream) (string, error) {
		var out C.checkrein_bytes
		data, length := view(delta)
		return take(C.checkrein_call_stream_push(stream, data, length, &out), &out)
	})
	return err
}

// Finish authorizes the whole call.
func (c *CallStream) Finish() (*Decision, error) {
	answer, err := c.native.with(func(stream *C.checkrein_call_stream) (string, error) {
		var out C.checkrein_bytes
		return take(C.checkrein_call_stream_finish(stream, &out), &out)
	})
	if err != nil {
		return nil, err
	}
	return newDecision(answer)
}

// Close frees the stream.
func (c *CallStream) Close() error {
	c.native.close()
	return nil
}
