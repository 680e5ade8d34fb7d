module.exports = require('temporal-vertex-batch/workflows');
