using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;

namespace Counterfoil.Models.Onnx;

/// <summary>A node being read, with what a verdict says about it.</summary>
sealed record OnnxNode(int Index, NodeProto Proto)
{
    const int Float = 1, Integer = 2, String = 3, Integers = 7;

    public string Type => Proto.OpType.Length == 0 ? "an operator without a name" : OnnxReader.Quote(Proto.OpType).Trim('\'');

    public override string ToString() => Proto.Name.Length == 0 ? $"node {Index} ({Type})" : $"node {Index} ({Type} {OnnxReader.Quote(Proto.Name)})";

    public Verdict Unsupported(string what) => Verdict.Reject(OnnxChecks.Operator, "an operator that is read here, in a form that is", $"{this}: {what}");

    public Verdict Misshapen(string expected, string found) => Verdict.Reject(OnnxChecks.Shape, $"{this}: {expected}", found);

    /// <summary>Accepts exactly these attributes, each at most once, and none that refers to a function's.</summary>
    public Verdict Attributes(params string[] known)
    {
        var seen = new HashSet<string>();
        foreach (var attribute in Proto.Attribute)
        {
            if (!known.Contains(attribute.Name) || attribute.RefAttrName.Length > 0) return Unsupported($"attribute {OnnxReader.Quote(attribute.Name)}");
            if (!seen.Add(attribute.Name)) return Verdict.Reject(OnnxChecks.Duplicate, $"{this}: each attribute once", OnnxReader.Quote(attribute.Name));
        }
        return Verdict.Accept;
    }

    public int InputCount => Proto.Input.Count;

    public bool Has(int position) => position < Proto.Input.Count && Proto.Input[position].Length > 0;

    public AttributeProto? Find(string name) => Proto.Attribute.FirstOrDefault(a => a.Name == name);

    /// <summary>An integer attribute; null when its type is another.</summary>
    public long? Int(string name, long otherwise) => Find(name) is not { } a ? otherwise : a.Type is Integer or 0 ? a.I : null;

    /// <summary>A real attribute; null when its type is another or it is not finite.</summary>
    public float? Real(string name, float otherwise) => Find(name) is not { } a ? otherwise : a.Type is Float or 0 && float.IsFinite(a.F) ? a.F : null;

    /// <summary>A list of integers; null when it is absent or of another type.</summary>
    public long[]? Ints(string name) => Find(name) is { Type: Integers or 0 } a ? [.. a.Ints] : null;

    /// <summary>A text; null when its type is another.</summary>
    public string? Text(string name, string otherwise) => Find(name) is not { } a ? otherwise : a.Type is String or 0 ? a.S.ToStringUtf8() : null;
}
