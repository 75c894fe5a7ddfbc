package state

import "encoding/binary"

// Keys: s, length of the job's name (2), name, epoch (8), and then r for the root record or c, operator (4), chunk (4).
// Integers are big-endian. Everything of one epoch has one prefix, so that it can be dropped at once.
const keySpace = 's'

func jobPrefix(job string) []byte {
	k := make([]byte, 0, len(job)+32)
	k = append(k, keySpace)
	k = binary.BigEndian.AppendUint16(k, uint16(len(job)))
	return append(k, job...)
}

func epochPrefix(job string, epoch uint64) []byte {
	return binary.BigEndian.AppendUint64(jobPrefix(job), epoch)
}

func rootKey(job string, epoch uint64) []byte { return append(epochPrefix(job, epoch), 'r') }

func chunkKey(job string, epoch uint64, operator, chunk int) []byte {
	k := append(epochPrefix(job, epoch), 'c')
	k = binary.BigEndian.AppendUint32(k, uint32(operator))
	return binary.BigEndian.AppendUint32(k, uint32(chunk))
}
