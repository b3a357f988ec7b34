// Words of the call page in German and Spanish, by the English sentence; {1} stands for what is put in there.

export default {
};
