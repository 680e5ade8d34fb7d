exports.other = async function other() {};
