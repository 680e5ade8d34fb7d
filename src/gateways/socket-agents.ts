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

export class HttpAgent extends http.Agent {
  override createConnection(options: http.ClientRequestArgs, created?: Created): Duplex | null | undefined {
    return readIntoBlock((onread) => super.createConnection(Object.assign({}, options, { onread }), created));
  }
}

export class HttpsAgent extends https.Agent {
  override createConnection(options: https.RequestOptions, created?: Created): Duplex | null | undefined {
    return readIntoBlock((onread) => super.createConnection(Object.assign({}, options, { onread }), created));
  }
}

/** A socket that tells of its bytes as if it had read them into memory of their own. */
function readIntoBlock(connect: (onread: OnReadOpts) => Duplex | null | undefined): Duplex | null | undefined {
  const socket = connect({
    buffer: BLOCK,
    callback: (bytes) => {
      socket?.emit('data', BLOCK.subarray(0, bytes));
      return true;
    },
  });
  return socket;
}
