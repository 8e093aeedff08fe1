using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data;

/// <summary>The checks that this room makes.</summary>
public static class DataChecks
{
    /// <summary>gzip data is whole and unchanged: headers, CRCs and lengths of all members, and nothing behind the last.</summary>
    public static readonly Check Gzip = new("data.gzip");

    /// <summary>zstd data is whole and unchanged: frames, their checksums where they have one, and nothing behind the last.</summary>
    public static readonly Check Zstd = new("data.zstd");

    /// <summary>bzip2 data is whole and unchanged: CRCs of all blocks and streams, and nothing behind the last.</summary>
    public static readonly Check Bzip2 = new("data.bzip2");

    /// <summary>xz data is whole and unchanged: headers, checks, index and footer of all streams, and nothing behind the last.</summary>
    public static readonly Check Xz = new("data.xz");

    /// <summary>Compressed data holds no more than allowed, in all and for each byte outside.</summary>
    public static readonly Check Bomb = new("data.bomb");

    /// <summary>The name of a file, object or member is relative, in UTF-8, without parts that lead elsewhere, and there once.</summary>
    public static readonly Check Names = new("data.names");

    /// <summary>A format is one of those this program knows, or the objects show which.</summary>
    public static readonly Check Format = new("data.format");

    /// <summary>A record is no longer than the batch that takes it.</summary>
    public static readonly Check RecordLength = new("data.record.length");

    /// <summary>A place to open a part at is where a record begins.</summary>
    public static readonly Check Position = new("data.position");

    /// <summary>A table's columns, and the fields of a structure in it, have names in UTF-8, each once.</summary>
    public static readonly Check TableColumns = new("data.table.columns");

    /// <summary>A column is of a type that a record can hold.</summary>
    public static readonly Check TableType = new("data.table.type");

    /// <summary>A value is one of its type: text in UTF-8, a time within a day, a date of whole days.</summary>
    public static readonly Check TableValue = new("data.table.value");

    /// <summary>An Arrow file or stream is whole and consistent.</summary>
    public static readonly Check ArrowForm = new("data.arrow.form");

    /// <summary>A Parquet file has its form: footer, schema, row groups, columns of one length.</summary>
    public static readonly Check ParquetForm = new("data.parquet.form");

    /// <summary>A Parquet column's pages are whole, within limits, hold the values that its footer counts, and have the CRC they state.</summary>
    public static readonly Check ParquetPages = new("data.parquet.pages");

    /// <summary>A CSV file is UTF-8 in the form of RFC 4180: quotes in their places, one line end per row.</summary>
    public static readonly Check CsvForm = new("data.csv.form");

    /// <summary>A CSV file's header names each column once.</summary>
    public static readonly Check CsvHeader = new("data.csv.header");

    /// <summary>A CSV row has as many fields as the first.</summary>
    public static readonly Check CsvFields = new("data.csv.fields");

    /// <summary>A line is one JSON text in UTF-8 within limits of depth.</summary>
    public static readonly Check JsonForm = new("data.json.form");

    /// <summary>No object of a JSON text names a member twice.</summary>
    public static readonly Check JsonNames = new("data.json.names");

    /// <summary>A JSON number is within the range of binary64.</summary>
    public static readonly Check JsonNumber = new("data.json.number");

    /// <summary>A tar archive's headers have their form and checksum, and it is whole up to its two blocks of zeros.</summary>
    public static readonly Check TarForm = new("data.tar.form");

    /// <summary>A tar member is a plain file or a folder: no link, device or sparse file.</summary>
    public static readonly Check TarMember = new("data.tar.member");

    /// <summary>No two members of a tar archive have one name.</summary>
    public static readonly Check TarDuplicate = new("data.tar.duplicate");

    /// <summary>A WebDataset's members have a key and an extension, those of one key together and each extension once.</summary>
    public static readonly Check WebDataset = new("data.webdataset");

    /// <summary>Each file of an image folder is an image in a folder that names its class.</summary>
    public static readonly Check ImageFolder = new("data.image-folder");

    /// <summary>A safetensors file's header is the JSON that its format demands.</summary>
    public static readonly Check SafetensorsHeader = new("data.safetensors.header");

    /// <summary>A safetensors file's tensors lie one after the other, without hole or overlap, and fill it; each has the bytes that dtype and shape demand.</summary>
    public static readonly Check SafetensorsLayout = new("data.safetensors.layout");

    /// <summary>An IDX file begins with the magic number of the kind asked for.</summary>
    public static readonly Check IdxMagic = new("data.idx.magic");

    /// <summary>An IDX file's dimensions are positive and within limits.</summary>
    public static readonly Check IdxDimensions = new("data.idx.dimensions");

    /// <summary>An IDX file has exactly the bytes that its dimensions demand.</summary>
    public static readonly Check IdxLength = new("data.idx.length");

    /// <summary>There are as many labels as images.</summary>
    public static readonly Check IdxCounts = new("data.idx.counts");

    /// <summary>A JSONL file's lines are within limits and none is empty.</summary>
    public static readonly Check JsonLines = new("data.jsonl.lines");

    /// <summary>A folder holds plain files alone, with names in UTF-8, within limits.</summary>
    public static readonly Check Files = new("data.files");

    /// <summary>A canonicaliser is one of those this program knows.</summary>
    public static readonly Check Canonicaliser = new("data.canonicaliser");

    /// <summary>A manifest of leaf hashes has its form: header, count, 32 bytes a leaf.</summary>
    public static readonly Check ManifestForm = new("data.manifest.form");

    /// <summary>A manifest has the number of leaves that was committed to.</summary>
    public static readonly Check ManifestCount = new("data.manifest.count");

    /// <summary>A manifest's leaves have the ordered root that was committed to.</summary>
    public static readonly Check ManifestRoot = new("data.manifest.root");

    /// <summary>A proof file is of the kind and version asked for.</summary>
    public static readonly Check ProofVersion = new("data.proof.version");

    /// <summary>A proof file is about the data set asked about: canonicaliser, root and count are the commitment's.</summary>
    public static readonly Check ProofDataset = new("data.proof.dataset");

    /// <summary>The signed statement is a dataset-commitment or a dataset-delta about the ordered root that it states, and is at hand.</summary>
    public static readonly Check ProofStatement = new("data.proof.statement");

    /// <summary>The record that a proof is about is at hand.</summary>
    public static readonly Check ProofRecord = new("data.proof.record");

    /// <summary>The places of a fraud proof ascend, each once; its directions are those of its path.</summary>
    public static readonly Check FraudPlaces = new("data.fraud.places");

    /// <summary>A fraud proof shows a contradiction: it is refused where the roots agree.</summary>
    public static readonly Check FraudShown = new("data.fraud.shown");

    /// <summary>A delta's file is of the version asked for, its removed places ascend and lie in the set, and its hashes are as many as they demand.</summary>
    public static readonly Check DeltaForm = new("data.delta.form");

    /// <summary>A delta's statement is about the roots before and after that its file is about.</summary>
    public static readonly Check DeltaStatement = new("data.delta.statement");

    /// <summary>The statement before a delta, where it is at hand, is the one that the delta names, and says the roots that the delta begins with.</summary>
    public static readonly Check DeltaPredecessor = new("data.delta.predecessor");

    /// <summary>The removed leaves and the rest of the tree give the ordered root before.</summary>
    public static readonly Check DeltaOrderedBefore = new("data.delta.ordered-before");

    /// <summary>Tombstones in place of the removed leaves, and nothing else changed, give the ordered root after.</summary>
    public static readonly Check DeltaOrderedAfter = new("data.delta.ordered-after");

    /// <summary>The revealed part of the absence tree gives the absence root before.</summary>
    public static readonly Check DeltaAbsenceBefore = new("data.delta.absence-before");

    /// <summary>The absence tree without the removed records, and nothing else changed, gives the absence root after.</summary>
    public static readonly Check DeltaAbsenceAfter = new("data.delta.absence-after");

    /// <summary>Each removed record was in the absence tree as often as it is removed.</summary>
    public static readonly Check DeltaRemoved = new("data.delta.removed");

    /// <summary>A revealed part of an absence tree is whole: entries on their own paths, no branch that a whole tree would not have, what removal leaves alone shown for what it is.</summary>
    public static readonly Check PrunedTree = new("data.absence.pruned");

    /// <summary>A salted commitment's folder has its form, and what it holds leads to the commitment's roots.</summary>
    public static readonly Check SaltedFolder = new("data.salt.folder");

    /// <summary>A salt file has its form: header, canonicaliser, count, a state and 32 bytes a record.</summary>
    public static readonly Check SaltForm = new("data.salt.form");

    /// <summary>A record's salt has not been destroyed.</summary>
    public static readonly Check SaltErased = new("data.salt.erased");

    /// <summary>What look-ups are made with has its form: secrets, keys, questions, answers, trees.</summary>
    public static readonly Check LookupForm = new("data.lookup.form");

    /// <summary>A look-up is answered under the key that it was asked under.</summary>
    public static readonly Check LookupKey = new("data.lookup.key");

    /// <summary>A keyed tree is the one under the absence root that was stated.</summary>
    public static readonly Check LookupTree = new("data.lookup.tree");

    /// <summary>A path in the absence tree has a possible shape: at most 256 levels, and none that a whole tree would not have.</summary>
    public static readonly Check PrefixShape = new("data.absence.shape");

    /// <summary>The entry that an absence proof ends at lies on the key's own path and is not the key.</summary>
    public static readonly Check PrefixPath = new("data.absence.path");

    /// <summary>The path leads to the absence root.</summary>
    public static readonly Check PrefixRoot = new("data.absence.root");

    /// <summary>What is recomputed or compared, number, bytes and roots, is what was committed.</summary>
    public static readonly Check Audit = new("data.audit");

    /// <summary>The folder that a commit is to write holds nothing of another commit.</summary>
    public static readonly Check CommitFolder = new("data.commit.folder");

    /// <summary>The objects that a commit goes on with are those that it began with: names, lengths, identities.</summary>
    public static readonly Check CommitChanged = new("data.commit.changed");

    /// <summary>A commit's checkpoint has its form, and the leaf hashes on disk are those that it speaks of.</summary>
    public static readonly Check CommitCheckpoint = new("data.commit.checkpoint");

    /// <summary>A shard's facts have their form.</summary>
    public static readonly Check ShardForm = new("data.shard.form");

    /// <summary>All shards are of one plan and one canonicaliser.</summary>
    public static readonly Check ShardPlan = new("data.shard.plan");

    /// <summary>Shards are given in their order.</summary>
    public static readonly Check ShardOrder = new("data.shard.order");

    /// <summary>Every shard of the plan is there.</summary>
    public static readonly Check ShardMissing = new("data.shard.missing");

    /// <summary>No shard is given twice.</summary>
    public static readonly Check ShardTwice = new("data.shard.twice");

    /// <summary>A shard begins where the one before ended; the first at the beginning, the last at the end.</summary>
    public static readonly Check ShardRange = new("data.shard.range");

    /// <summary>A shard's leaf hashes are those that it signed off.</summary>
    public static readonly Check ShardLeaves = new("data.shard.leaves");

    /// <summary>A commitment's folder has its form.</summary>
    public static readonly Check FolderForm = new("data.folder.form");

    /// <summary>What a commitment's folder holds leads to the commitment's roots.</summary>
    public static readonly Check FolderRoot = new("data.folder.root");
}
