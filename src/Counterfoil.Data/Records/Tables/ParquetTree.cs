using Counterfoil.Data.Compression;
using Parquet.Meta;

namespace Counterfoil.Data.Records.Tables;

/// <summary>The schema of a Parquet file as a tree, which assembles rows from columns by their levels (Dremel: Melnik et al., VLDB 2010).</summary>
/// <remarks>Lists and maps by parquet-format's LogicalTypes, with its rules for older writers: a repeated field that is not annotated is a list of required elements.</remarks>
sealed class ParquetTree
{
    const int Deepest = 32, Most = 100_000;
    readonly List<ParquetLeaf> leaves = [];
    Node root = null!;

    ParquetTree() { }

    /// <summary>The columns, in the schema's order.</summary>
    public IReadOnlyList<ParquetLeaf> Leaves => leaves;

    /// <summary>Whether all values of the group are taken.</summary>
    public bool IsAtEnd => leaves.TrueForAll(l => l.IsAtEnd);

    /// <summary>Remembers where all columns are.</summary>
    public void Mark() => leaves.ForEach(l => l.Mark());

    /// <summary>Goes back there.</summary>
    public void Reset() => leaves.ForEach(l => l.Reset());

    /// <summary>Writes the next row and moves on.</summary>
    public void WriteRow(ref RecordWriter record)
    {
        foreach (var leaf in leaves)
            if (leaf.RepetitionNow != 0) throw Bad("a row that begins within another");
        root.WritePresent(ref record);
        foreach (var leaf in leaves)
            if (!leaf.IsAtEnd && leaf.RepetitionNow != 0) throw Bad("columns of different rows");
    }

    /// <summary>Reads the flattened schema; takes the logical types from its leaves and strips them there.</summary>
    public static ParquetTree Of(List<SchemaElement> schema)
    {
        if (schema.Count is < 2 or > Most) throw Bad($"{schema.Count} elements");
        var tree = new ParquetTree();
        int at = 0;
        schema[0].RepetitionType = null;
        tree.root = tree.Build(schema, ref at, 0, 0, 0);
        if (at != schema.Count) throw Bad("elements outside the tree");
        return tree;
    }

    static RefusedDataException Bad(string found) => new(DataChecks.ParquetForm, "a whole Parquet file of one consistent schema", found);

    Node Build(List<SchemaElement> schema, ref int at, int definition, int repetition, int depth)
    {
        if (at >= schema.Count || depth == Deepest) throw Bad("a schema too deep or too short");
        var element = schema[at++];
        if (element.RepetitionType is FieldRepetitionType.OPTIONAL or FieldRepetitionType.REPEATED) definition++;
        if (element.RepetitionType == FieldRepetitionType.REPEATED) repetition++;
        int first = leaves.Count;
        if (element.Type is not null)
        {
            if (element.NumChildren > 0) throw Bad("a column with children");
            leaves.Add(new(element, definition, repetition));
            return new(this, element, definition, repetition, first, 1, [], NodeKind.Leaf);
        }
        if (element.NumChildren is not (> 0 and var count)) throw Bad("a group without children");
        var children = new Node[Math.Min(count, Most)];
        for (int i = 0; i < children.Length; i++) children[i] = Build(schema, ref at, definition, repetition, depth + 1);
        bool holdsRepeated = children is [{ IsRepeated: true }];
        bool isList = element.LogicalType?.LIST is not null || element.ConvertedType == ConvertedType.LIST;
        bool isMap = element.LogicalType?.MAP is not null || element.ConvertedType is ConvertedType.MAP or ConvertedType.MAP_KEY_VALUE;
        if ((isList || isMap && element.RepetitionType != FieldRepetitionType.REPEATED) && !holdsRepeated) throw Bad("a list or map without its repeated field");
        if (isMap && holdsRepeated && children[0].Children.Length != 2) throw Bad("a map without key and value");
        var kind = isList ? NodeKind.List : isMap && holdsRepeated ? NodeKind.Map : NodeKind.Structure;
        return new(this, element, definition, repetition, first, leaves.Count - first, children, kind);
    }

    enum NodeKind { Leaf, Structure, List, Map }

    sealed class Node
    {
        readonly ParquetTree tree;
        readonly int definition, repetition, first, count;
        readonly bool isOptional, isBareElement;
        readonly NodeKind kind;
        readonly Columns? columns;

        public Node(ParquetTree tree, SchemaElement element, int definition, int repetition, int first, int count, Node[] children, NodeKind kind)
        {
            (this.tree, this.definition, this.repetition, this.first, this.count, this.kind, Children, Name) = (tree, definition, repetition, first, count, kind, children, element.Name);
            isOptional = element.RepetitionType == FieldRepetitionType.OPTIONAL;
            IsRepeated = element.RepetitionType == FieldRepetitionType.REPEATED;
            if (kind == NodeKind.Structure) columns = Columns.Of(children.Select(c => c.Name));
            // LogicalTypes.md, backward compatibility of lists, rules 1 to 4.
            isBareElement = kind == NodeKind.List && (children[0].Children.Length != 1 || children[0].Name == "array" || children[0].Name == element.Name + "_tuple" || children[0].Children[0].IsRepeated);
        }

        public string Name { get; }

        public Node[] Children { get; }

        public bool IsRepeated { get; }

        ParquetLeaf First => tree.leaves[first];

        /// <summary>The value at hand: none, or what <see cref="WritePresent"/> writes; of a repeated field that stands alone, a list.</summary>
        public void Write(ref RecordWriter record)
        {
            if (IsRepeated) WriteAll(ref record, this, isElementItself: true, isPair: false);
            else if (isOptional && First.DefinitionNow < definition)
            {
                TakeNothing();
                record.Null();
            }
            else WritePresent(ref record);
        }

        public void WritePresent(ref RecordWriter record)
        {
            switch (kind)
            {
                case NodeKind.Leaf: First.Write(ref record); break;
                case NodeKind.List: WriteAll(ref record, Children[0], isBareElement, isPair: false); break;
                case NodeKind.Map: WriteAll(ref record, Children[0], isElementItself: false, isPair: true); break;
                default:
                    record.Head(5, (ulong)columns!.Keys.Count);
                    foreach (var (key, column) in columns.Keys)
                    {
                        record.Raw(key);
                        Children[column].Write(ref record);
                    }
                    break;
            }
        }

        /// <summary>All elements of a repeated field up to where an outer one repeats.</summary>
        static void WriteAll(ref RecordWriter record, Node repeated, bool isElementItself, bool isPair)
        {
            if (repeated.First.DefinitionNow < repeated.definition)
            {
                repeated.TakeNothing();
                record.Head(4, 0);
                return;
            }
            int elements = repeated.First.CountElements(repeated.repetition);
            record.Head(4, (ulong)elements);
            for (int i = 0; i < elements; i++)
            {
                for (int leaf = repeated.first; i > 0 && leaf < repeated.first + repeated.count; leaf++)
                    if (repeated.tree.leaves[leaf].RepetitionNow != repeated.repetition) throw Bad("columns of lists of different lengths");
                if (isPair)
                {
                    record.Head(4, 2);
                    repeated.Children[0].Write(ref record);
                    repeated.Children[1].Write(ref record);
                }
                else if (isElementItself) repeated.WritePresent(ref record);
                else repeated.Children[0].Write(ref record);
            }
        }

        void TakeNothing()
        {
            int level = First.DefinitionNow;
            for (int i = first; i < first + count; i++) tree.leaves[i].TakeNothing(level);
        }
    }
}
