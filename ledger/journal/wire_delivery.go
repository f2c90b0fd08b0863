package journal

import "encoding/binary"

// What an item of a delivery is.
const (
	wireCommand = 'c'
	wireRef     = 'r'
)

// AppendDelivery begins a message that brings commands to a writer: answers go to replyTo, empty
// for nowhere. [AppendCommand] and [AppendRef] add to it, any number of times; bytes that they
// wrote elsewhere may be appended just as well, which is how commands are joined.
func AppendDelivery(buf []byte, replyTo string) []byte {
	return appendBytes(appendWireHead(buf, wireDelivery), replyTo)
}

// AppendCommand adds a command. Deadline travels in whole microseconds.
func AppendCommand(buf []byte, c *Command) []byte {
	buf = append(buf, wireCommand)
	buf = append(buf, c.ID[:]...)
	buf = append(buf, c.Hash[:]...)
	buf = append(buf, c.Correlation[:]...)
	buf = appendTime(buf, c.Deadline)
	buf = appendBool(buf, c.DryRun)
	buf = appendBytes(buf, c.Type)
	buf = appendBytes(buf, c.Actor)
	buf = appendBytes(buf, c.Trace)
	return appendBytes(buf, c.Data)
}

// AppendRef adds the id of a command whose body waits in the inbox.
func AppendRef(buf []byte, id CommandID) []byte {
	return append(append(buf, wireRef), id[:]...)
}

// ParseDelivery reads a message that AppendDelivery began. Its Mark is not set: the place of a
// message is known to whoever received it. Errors: ErrBadWire.
func ParseDelivery(data []byte) (Delivery, error) {
	r := readWireHead(data, wireDelivery)
	d := Delivery{ReplyTo: r.text("reply-to")}
	for r.more() {
		switch tag := r.byte("item"); tag {
		case wireCommand:
			d.Commands = append(d.Commands, r.command())
		case wireRef:
			var id CommandID
			r.into(id[:], "ref")
			d.Refs = append(d.Refs, id)
		default:
			r.at--
			r.fail("item is %q, want a command or a ref", tag)
		}
	}
	if r.err != nil {
		return Delivery{}, r.err
	}
	return d, nil
}

func (r *wireReader) command() (c Command) {
	r.into(c.ID[:], "command id")
	r.into(c.Hash[:], "hash")
	r.into(c.Correlation[:], "correlation")
	c.Deadline = r.time("deadline")
	c.DryRun = r.bool("dry run")
	c.Type = r.text("command type")
	c.Actor = r.text("actor")
	c.Trace = r.text("trace")
	c.Data = r.bytes("command data")
	return c
}

// wireOverhead is the most bytes that AppendCommand adds to a command's texts and data: the tag,
// three ids, a time, a flag and four lengths.
const wireOverhead = 1 + 3*16 + 8 + 1 + 4*binary.MaxVarintLen64

// CommandSize returns an upper bound of the bytes that AppendCommand takes for c.
func CommandSize(c *Command) int {
	return wireOverhead + len(c.Type) + len(c.Actor) + len(c.Trace) + len(c.Data)
}
