package checkrein

/*
#include <checkrein.h>
*/
import "C"

import "encoding/json"

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
	text, err := encode(Output{Kind: kind, Audience: audience})
	if err != nil {
		return nil, err
	}
	var request map[string]any
	if err := json.Unmarshal(text, &request); err != nil {
		return nil, err
	}
	delete(request, "content")
	if text, err = encode(request); err != nil {
		return nil, err
	}
	var native *C.checkrein_output_stream
	_, err = s.native.with(func(session *C.checkrein_session) ([]byte, error) {
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
func (o *OutputStream) Push(chunk []byte) (Part, error) {
	var part Part
	answer, err := o.PushJSON(chunk)
	if err == nil {
		err = json.Unmarshal(answer, &part)
	}
	return part, err
}

// PushJSON is Push with its answer as JSON text.
func (o *OutputStream) PushJSON(chunk []byte) ([]byte, error) {
	return o.native.with(func(stream *C.checkrein_output_stream) ([]byte, error) {
		var out C.checkrein_bytes
		data, length := view(chunk)
		return take(C.checkrein_output_stream_push(stream, data, length, &out), &out)
	})
}

// Finish ends the stream: what may still go out, and the decision over all of it.
func (o *OutputStream) Finish() (string, *Decision, error) {
	answer, err := o.FinishJSON()
	if err != nil {
		return "", nil, err
	}
	var end struct {
		Tail     string          `json:"tail"`
		Decision json.RawMessage `json:"decision"`
	}
	if err := json.Unmarshal(answer, &end); err != nil {
		return "", nil, err
	}
	decision, err := newDecision(end.Decision)
	return end.Tail, decision, err
}

// FinishJSON is Finish with its answer as JSON text.
func (o *OutputStream) FinishJSON() ([]byte, error) {
	return o.native.with(func(stream *C.checkrein_output_stream) ([]byte, error) {
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
	_, err = s.native.with(func(session *C.checkrein_session) ([]byte, error) {
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
	_, err := c.native.with(func(stream *C.checkrein_call_stream) ([]byte, error) {
		var out C.checkrein_bytes
		data, length := view(delta)
		return take(C.checkrein_call_stream_push(stream, data, length, &out), &out)
	})
	return err
}

// Finish authorizes the whole call.
func (c *CallStream) Finish() (*Decision, error) {
	answer, err := c.native.with(func(stream *C.checkrein_call_stream) ([]byte, error) {
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
