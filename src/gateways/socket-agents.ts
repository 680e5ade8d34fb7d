import http from 'node:http';
import https from 'node:https';
import type { OnReadOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What comes over any socket comes into this block: fresh memory for each read would wait for the next collection. Node's HTTP parser
 * copies what it hands on before the next read.
 */
const BLOCK = Buffer.allocUnsafeSlow(65_536);

type Created = Parameters<http.Agent['createConnection']>[1];
type Made = Duplex | null | undefined;

export class HttpAgent extends http.Agent {
  override createConnection(options: http.ClientRequestArgs, created?: Created): Made {
    return readIntoBlock(
      (onread, heard) => super.createConnection(Object.assign({}, options, { onread }), heard),
      created,
    );
  }
}

export class HttpsAgent extends https.Agent {
  override createConnection(options: https.RequestOptions, created?: Created): Made {
    return readIntoBlock(
      (onread, heard) => super.createConnection(Object.assign({}, options, { onread }), heard),
      created,
    );
  }
}

/** A socket that tells of its bytes as if it had read them into memory of their own; it is returned, or told, or both. */
function readIntoBlock(connect: (onread: OnReadOpts, heard: NonNullable<Created>) => Made, created?: Created): Made {
  let socket: Made;
  const onread: OnReadOpts = {
    buffer: BLOCK,
    callback: (bytes) => {
      socket?.emit('data', BLOCK.subarray(0, bytes));
      return true;
    },
  };
  const returned = connect(onread, (error, made) => {
    socket ??= made;
    created?.(error, made);
  });
  return (socket ??= returned);
}
