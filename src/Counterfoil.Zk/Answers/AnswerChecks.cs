using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Answers;

/// <summary>The checks of published models, of requests in real numbers, and of proven answers.</summary>
public static class AnswerChecks
{
    /// <summary>A published model is one canonical encoding: version, fields in range, nothing missing, nothing after it.</summary>
    public static readonly Check PublishedEncoding = new("published.encoding");

    /// <summary>A published model's name is one that a path can hold, its tensors have the lengths that its graph gives them, and its scales are positive and finite.</summary>
    public static readonly Check PublishedTensors = new("published.tensors");

    /// <summary>A request has as many bytes as its tensor has elements of their type.</summary>
    public static readonly Check RequestLength = new("request.length");

    /// <summary>Every element of a request has a cell: real numbers are finite, whole numbers in the graph's range.</summary>
    public static readonly Check RequestElement = new("request.element");

    /// <summary>A proven answer is one canonical encoding: version, fields in range, nothing missing, nothing after it.</summary>
    public static readonly Check Encoding = new("answer.encoding");

    /// <summary>The published model at hand is the one that the answer names, and the one that it carries if it carries any.</summary>
    public static readonly Check Model = new("answer.model");

    /// <summary>The answer is about the request that is asked about.</summary>
    public static readonly Check Request = new("answer.request");

    /// <summary>The answer was given in the context that is asked about.</summary>
    public static readonly Check Context = new("answer.context");

    /// <summary>A proven opening is one canonical encoding: version, a commitment, cells, nothing missing, nothing after it.</summary>
    public static readonly Check OpeningEncoding = new("opening.encoding");

    /// <summary>An opening is of the tensor that is asked about: that with the digest, or one that the answer beside it hides.</summary>
    public static readonly Check OpeningTensor = new("opening.tensor");

    /// <summary>An opening was made in the context that is asked about.</summary>
    public static readonly Check OpeningContext = new("opening.context");

    /// <summary>The answer hides the very input, or output, that is asked about: its commitment has that digest.</summary>
    public static readonly Check Hidden = new("answer.hidden");
}
