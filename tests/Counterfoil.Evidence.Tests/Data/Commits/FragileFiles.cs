using Counterfoil.Data.Files;

namespace Counterfoil.Tests.Data.Commits;

/// <summary>A folder in memory whose power can fail at any operation that changes it: what was not flushed is then lost, or half there.</summary>
sealed class FragileFiles : IDurableFiles
{
    sealed class Content
    {
        public byte[] Now = [], Durable = [];
        public int Length, DurableLength;
    }

    Dictionary<string, Content> names = [], durableNames = [];
    readonly Lock gate = new();

    /// <summary>How many operations that change something were begun.</summary>
    public int Operations { get; private set; }

    /// <summary>The operation at which the power fails; 0 for none.</summary>
    public int FailAt { get; set; }

    public IEnumerable<string> Names => names.Keys.Order();

    /// <summary>The power comes back. What was not durable is gone, or, told so, as it was written: both can happen.</summary>
    public void Restart(bool lost)
    {
        (FailAt, Operations) = (0, 0);
        if (lost) names = new(durableNames);
        foreach (var content in names.Values)
            if (lost) (content.Now, content.Length) = (content.Durable.ToArray(), content.DurableLength);
    }

    void Change(string what)
    {
        if (++Operations >= FailAt && FailAt > 0) throw new IOException($"no power to {what}");
    }

    public byte[]? Read(string name, int most)
    {
        lock (gate) return names.TryGetValue(name, out var content) ? content.Now[..Math.Min(most, content.Length)] : null;
    }

    public IDurableFile Open(string name)
    {
        lock (gate)
        {
            if (!names.TryGetValue(name, out var content))
            {
                Change($"make {name}");
                names[name] = content = new();
            }
            return new File(this, content, name);
        }
    }

    public IDurableFile? OpenToRead(string name)
    {
        lock (gate) return names.TryGetValue(name, out var content) ? new File(this, content, name) : null;
    }

    public void Replace(string name, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            Change($"replace {name}");
            names[name] = new Content { Now = bytes.ToArray(), Durable = bytes.ToArray(), Length = bytes.Length, DurableLength = bytes.Length };
            durableNames = new(names); // the folder is flushed
        }
    }

    public void Delete(string name)
    {
        lock (gate)
        {
            Change($"delete {name}");
            names.Remove(name);
        }
    }

    public void FlushNames()
    {
        lock (gate)
        {
            Change("flush names");
            durableNames = new(names);
        }
    }

    sealed class File(FragileFiles files, Content content, string name) : IDurableFile
    {
        public long Length
        {
            get { lock (files.gate) return content.Length; }
        }

        public int Read(Span<byte> buffer, long offset)
        {
            lock (files.gate)
            {
                int read = (int)Math.Clamp(content.Length - offset, 0, buffer.Length);
                content.Now.AsSpan((int)Math.Min(offset, content.Length), read).CopyTo(buffer);
                return read;
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (files.gate)
            {
                int end = (int)offset + bytes.Length;
                if (end > content.Now.Length) Array.Resize(ref content.Now, Math.Max(end, 2 * content.Now.Length));
                try
                {
                    files.Change($"write {name}");
                }
                catch (IOException)
                {
                    bytes = bytes[..(bytes.Length / 2)]; // a torn write
                    bytes.CopyTo(content.Now.AsSpan((int)offset));
                    content.Length = Math.Max(content.Length, (int)offset + bytes.Length);
                    throw;
                }
                bytes.CopyTo(content.Now.AsSpan((int)offset));
                content.Length = Math.Max(content.Length, end);
            }
        }

        public void SetLength(long length)
        {
            lock (files.gate)
            {
                files.Change($"cut {name}");
                if (length > content.Now.Length) Array.Resize(ref content.Now, (int)length);
                if (length < content.Length) content.Now.AsSpan((int)length).Clear();
                content.Length = (int)length;
            }
        }

        public void Flush()
        {
            lock (files.gate)
            {
                files.Change($"flush {name}");
                (content.Durable, content.DurableLength) = (content.Now.ToArray(), content.Length);
            }
        }

        public void Dispose() { }
    }
}
