"use strict";

const { Buffer } = require("node:buffer");

// ruleid: js-buffer-constructor
const plain = Buffer.from("text");
// ruleid: js-buffer-constructor
const encoded = Buffer.from('74657874', "hex").toString();
// ruleid: js-buffer-constructor
send(Buffer.from([0x74, 0x65]), new Date());
// ruleid: js-buffer-constructor
const copied = Buffer.from([...header, 0]);

// ok: js-buffer-constructor
const modern = Buffer.from("text");
// ok: js-buffer-constructor
const sized = new Buffer(10);
// ok: js-buffer-constructor
const unknown = new Buffer(value);
// ok: js-buffer-constructor
const summed = new Buffer(first + "second");
// ok: js-buffer-constructor
const other = new audio.Buffer("text");
// ok: js-buffer-constructor
const longer = new BufferList("text");
// ok: js-buffer-constructor
const text = 'new Buffer("text")';
// ok: js-buffer-constructor
const view = new Uint8Array([1, 2]);
