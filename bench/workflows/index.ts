export * from '../../src/workflows';
export * from './bare-fan-out';
export * from './naive-batch';
